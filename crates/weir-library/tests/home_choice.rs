//! Which folder is the home, and why.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use weir_library::{Home, HomeFacts, HomeOrigin};

fn facts(weir: &str, local: bool, xdg: &str, user: &str) -> HomeFacts {
    HomeFacts {
        weir_home: Some(weir.into()),
        working_folder: PathBuf::from("/place"),
        has_local: local,
        xdg_data_home: Some(xdg.into()),
        user_home: Some(user.into()),
    }
}

#[test]
fn the_first_that_is_named_wins_and_says_so() {
    for (facts, path, origin) in [
        (facts("/a", true, "/x", "/u"), "/a", HomeOrigin::Variable),
        (
            facts("b", true, "/x", "/u"),
            "/place/b",
            HomeOrigin::Variable,
        ),
        (
            facts("", true, "/x", "/u"),
            "/place/.weir",
            HomeOrigin::WorkingFolder,
        ),
        (
            facts("", false, "/x", "/u"),
            "/x/weir",
            HomeOrigin::DataHome,
        ),
        (
            facts("", false, "x", "/u"),
            "/u/.local/share/weir",
            HomeOrigin::UserFolder,
        ),
        (
            facts("", false, "", "/u"),
            "/u/.local/share/weir",
            HomeOrigin::UserFolder,
        ),
    ] {
        let home = Home::choose(facts).unwrap();
        assert_eq!((home.path(), home.origin()), (Path::new(path), origin));
    }
    let home = Home::choose(facts("/a", false, "", "")).unwrap();
    assert_eq!(home.to_string(), "/a (from WEIR_HOME)");
}

#[test]
fn without_any_the_error_says_what_to_set() {
    let error = Home::choose(facts("", false, "", "")).unwrap_err();
    assert!(error.to_string().contains("set WEIR_HOME"), "{error}");
}
