//! Engine, writer and whole job on the same patients, in turns, so that their ratios hold whatever the machine
//! does meanwhile.

use serde_json::{Value, json};
use weir_sim::job::ResultsChoice;

use crate::calibration::Calibration;
use crate::pinned::on_one_core;
use crate::save_load::SaveLoad;
use crate::subject::{PROTOCOL, Subject, YEARS};
use crate::timing::Timing;
use crate::writer::Rows;
use crate::{Failure, Settings, engine, job};

/// Measures everything that is a speed.
pub(crate) fn measure(settings: &Settings) -> Result<Value, Failure> {
    let (patients, repetitions) = if settings.quick {
        (20_000, 3)
    } else {
        (100_000, 9)
    };
    let subject = Subject::new(patients, ResultsChoice::Parquet)?;
    let rows = Rows::new(&subject)?;
    let mut calibration = Calibration::default();
    let mut save_load = SaveLoad::default();
    let [
        mut engine_one,
        mut engine_two,
        mut writing,
        mut job_one,
        mut job_two,
    ] = <[Timing; 5]>::default();
    let mut completed = None;
    for _ in 0..repetitions {
        on_one_core(|| {
            engine_one.take(|| Ok::<_, Failure>(engine::simulate(&subject, 1)))?;
            let folder = tempfile::tempdir_in(&settings.scratch)?;
            writing.take(|| rows.write(&subject, folder.path()))?;
            drop(folder);
            job::run(&subject, 1, settings, &mut job_one)?;
            save_load.take(settings)
        })?;
        calibration.take(settings.quick)?;
        engine_two.take(|| Ok::<_, Failure>(engine::simulate(&subject, 2)))?;
        completed = Some(job::run(&subject, 2, settings, &mut job_two)?);
    }
    let completed = completed.ok_or("nothing was run")?;
    let all = f64::from(patients);
    let (engine, writer) = (engine_one.rate(all), writing.rate(all));
    let whole = job_one.rate(all);
    Ok(json!({
        "protocol": PROTOCOL,
        "years": YEARS,
        "patients": patients,
        "visits_per_patient": completed.visits as f64 / all,
        "bytes_per_visit": completed.bytes as f64 / completed.visits as f64,
        "engine_one_core": engine,
        "engine_two_threads": engine_two.rate(all),
        "engine_speed_up": engine_two.rate(all).median / engine.median,
        "machine_speed_up": calibration.speed_up(),
        "writer_one_core": writer,
        "job_one_core": whole,
        "job_two_threads": job_two.rate(all),
        "job_of_slower_half": whole.median / engine.median.min(writer.median),
        "job_of_both_in_turn": whole.median * (1.0 / engine.median + 1.0 / writer.median),
        "save_10000_seconds": save_load.save.seconds(),
        "load_10000_seconds": save_load.load.seconds(),
        "save_and_load_10000_seconds":
            save_load.save.seconds().median + save_load.load.seconds().median,
    }))
}
