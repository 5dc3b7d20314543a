use serde_json::json;
use weir_store::{KeySchema, Store};

use super::arguments::CreateArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir store create`.
pub fn run(arguments: &CreateArguments, output: &Output) -> Result<Exit, Failure> {
    let schema: KeySchema = arguments.keys.parse()?;
    let store = Store::create(&arguments.store, schema)?;
    let keys = store.key_schema().to_string();
    output.result(
        &format!(
            "created    {} with keys of {keys}",
            arguments.store.display()
        ),
        &json!({"store": arguments.store, "keys": keys}),
    );
    Ok(Exit::Done)
}
