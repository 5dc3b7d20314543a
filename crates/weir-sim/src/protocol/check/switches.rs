//! Switches, each against the treatment it finds.

use super::{Check, treatment};
use crate::protocol::decode::Code;
use crate::protocol::{Drug, Policy, Protocol, Switch, SwitchWhen};

pub(super) fn check(protocol: &Protocol, check: &mut Check<'_, '_>) {
    let given = &protocol.treatment;
    let mut drug = (!matches!(given.policy, Policy::Untreated { .. })).then_some(given.drug);
    let mut policy = &given.policy;
    let mut last_week = None;
    for (index, switch) in given.switches.iter().enumerate() {
        let path = format!("treatment.switches[{index}]");
        let week = first_week(switch);
        if let Some(next) = &switch.policy {
            treatment::policy(next, &format!("{path}.policy"), week, check);
        }
        changes_something(switch, drug, policy, &path, check);
        can_fire(switch, policy, &path, check);
        if let SwitchWhen::AtWeek(week) = switch.when {
            if let Some(last) = last_week
                && week <= last
            {
                check.mistake(
                    Code::SwitchesUnsorted,
                    &format!("{path}.when.week"),
                    &[],
                    format!("week {week} does not come after week {last} of the switch before"),
                    "write the switches in the order of their weeks",
                );
            }
            last_week = Some(week);
        }
        if switch.reload && given.loading.is_none() {
            check.mistake(
                Code::ReloadWithoutLoading,
                &format!("{path}.reload"),
                &["treatment.loading"],
                "loading is to be given again, and there is none",
                "add treatment.loading, or write reload: false",
            );
        }
        drug = switch.drug.or(drug);
        policy = switch.policy.as_ref().unwrap_or(policy);
    }
}

fn first_week(switch: &Switch) -> u16 {
    match switch.when {
        SwitchWhen::AtWeek(week) => week,
        SwitchWhen::PersistentFluid {
            not_before_week, ..
        }
        | SwitchWhen::LettersLost {
            not_before_week, ..
        } => not_before_week,
    }
}

fn changes_something(
    switch: &Switch,
    drug: Option<Drug>,
    policy: &Policy,
    path: &str,
    check: &mut Check<'_, '_>,
) {
    let (drug_at, policy_at) = (format!("{path}.drug"), format!("{path}.policy"));
    let kind_at = format!("{path}.policy.kind");
    if switch.drug.is_none() && switch.policy.is_none() && !switch.reload {
        let message = "changes neither drug nor policy";
        let remedy = "add drug or policy, or remove the switch";
        check.mistake(Code::SwitchChangesNothing, path, &[], message, remedy);
    }
    if switch.drug.is_some() && switch.drug == drug {
        let with = ["treatment.drug", "treatment.policy.kind"];
        let message = format!("{} is the drug already given", drug.map_or("", Drug::name));
        let remedy = "name another drug, or remove the line";
        check.mistake(Code::SwitchSameDrug, &drug_at, &with, message, remedy);
    }
    if switch.policy.as_ref() == Some(policy) {
        let message = format!("is the {} already followed", policy.name());
        let remedy = "change a value, or remove the policy";
        check.mistake(
            Code::SwitchSamePolicy,
            &policy_at,
            &["treatment.policy"],
            message,
            remedy,
        );
    }
    let with = [kind_at.as_str(), &drug_at, "treatment.policy.kind"];
    if matches!(
        switch.policy.as_ref().unwrap_or(policy),
        Policy::Untreated { .. }
    ) {
        if switch.drug.is_some() {
            let message = "a drug is named and the policy is untreated";
            let remedy = "remove drug, or add a policy that treats";
            check.mistake(Code::DrugUntreated, &drug_at, &with, message, remedy);
        }
        if switch.reload {
            let message = "loading is to be given again and the policy is untreated";
            let remedy = "write reload: false, or add a policy that treats";
            let at = format!("{path}.reload");
            check.mistake(Code::LoadingUntreated, &at, &with, message, remedy);
        }
    } else if switch.drug.or(drug).is_none() {
        let message = "treatment begins here and no drug is named";
        check.mistake(
            Code::SwitchNeedsDrug,
            path,
            &with,
            message,
            "add drug: to the switch",
        );
    }
}

/// The shortest time after an injection at which a policy has an eye seen again, weeks; `None`
/// when it never injects.
fn soonest_visit(policy: &Policy) -> Option<u8> {
    Some(match policy {
        Policy::Untreated { .. } => return None,
        Policy::Fixed(grid) => grid.visit_interval_weeks,
        Policy::TreatAndTreat { interval_weeks, .. } => *interval_weeks,
        Policy::TreatAndExtend(rule) => rule.min_weeks.min(rule.start_weeks),
        Policy::Prn {
            visit_interval_weeks,
            ..
        } => *visit_interval_weeks,
        Policy::DoseRegimenModification {
            min_weeks,
            start_weeks,
            ..
        } => *min_weeks.min(start_weeks),
        // Assessments come before the interval is assigned.
        Policy::AssignedInterval { .. } => 1,
    })
}

fn can_fire(switch: &Switch, policy: &Policy, path: &str, check: &mut Check<'_, '_>) {
    let SwitchWhen::PersistentFluid {
        visits,
        within_weeks,
        ..
    } = switch.when
    else {
        return;
    };
    let at = format!("{path}.when.within_weeks");
    match soonest_visit(policy) {
        None => check.mistake(
            Code::SwitchNeverFires,
            &format!("{path}.when"),
            &["treatment.policy"],
            "waits for fluid after injections, and the policy never injects",
            "use kind: at_week or letters_lost",
        ),
        Some(soonest) if soonest > within_weeks => check.mistake(
            Code::SwitchNeverFires,
            &at,
            &["treatment.policy"],
            format!("{within_weeks}, and the policy has no visit before week {soonest} after an injection"),
            format!("write {soonest} or more"),
        ),
        Some(_) => {
            if let Policy::TreatAndTreat { assessment_weeks, .. } = policy
                && assessment_weeks.len() < usize::from(visits)
            {
                check.mistake(
                    Code::SwitchNeverFires,
                    &format!("{path}.when.visits"),
                    &["treatment.policy"],
                    format!("{visits} assessments in a row, and the policy has {}", assessment_weeks.len()),
                    "name more assessment_weeks, or ask for fewer visits",
                );
            }
        }
    }
}
