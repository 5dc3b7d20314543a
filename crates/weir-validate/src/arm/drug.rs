use weir_sim::protocol::Drug;

/// A drug as an arm was given it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dose {
    /// The drug of the model.
    pub drug: Drug,
    /// Factor on the drug's durability for a dose other than the model's.
    pub durability: f64,
}

/// Weeks that a doubling of the dose adds: half-lives in the vitreous. For aflibercept it gives 8 mg 1.25 times
/// the durability of 2 mg, as pharmacokinetics do.
const HALF_LIVES_WEEKS: [(Drug, f64, f64); 5] = [
    (Drug::Aflibercept2mg, 2.0, 1.4),
    (Drug::Aflibercept8mg, 8.0, 1.4),
    (Drug::Ranibizumab, 0.5, 1.0),
    (Drug::Bevacizumab, 1.25, 0.8),
    (Drug::Faricimab, 6.0, 1.1),
];

/// Names of drugs, of which the first that is in the words counts.
const NAMES: [(&str, Drug); 16] = [
    ("aflibercept 8", Drug::Aflibercept8mg),
    ("eylea hd", Drug::Aflibercept8mg),
    ("eylea 8", Drug::Aflibercept8mg),
    ("aflibercept", Drug::Aflibercept2mg),
    ("eylea", Drug::Aflibercept2mg),
    ("vegf trap", Drug::Aflibercept2mg),
    ("vegf-trap", Drug::Aflibercept2mg),
    ("afl", Drug::Aflibercept2mg),
    ("ranibizumab", Drug::Ranibizumab),
    ("lucentis", Drug::Ranibizumab),
    ("ran", Drug::Ranibizumab),
    ("bevacizumab", Drug::Bevacizumab),
    ("avastin", Drug::Bevacizumab),
    ("bev", Drug::Bevacizumab),
    ("faricimab", Drug::Faricimab),
    ("vabysmo", Drug::Faricimab),
];

/// The drugs that an arm's words name, each given to an equal share of its eyes; empty for no treatment.
///
/// # Errors
/// The words, where they name a drug that the model has no parameters for.
pub(super) fn doses(words: &str, durability_weeks: f64) -> Result<Vec<Dose>, String> {
    let plain = words.to_lowercase();
    let plain = plain.trim();
    if [
        "none",
        "sham",
        "no treatment",
        "untreated",
        "placebo",
        "observation",
    ]
    .contains(&plain)
    {
        return Ok(Vec::new());
    }
    if plain.starts_with("anti-vegf")
        || plain.starts_with("any anti-vegf")
        || plain.starts_with("mixed")
    {
        return Ok([Drug::Ranibizumab, Drug::Aflibercept2mg]
            .map(|drug| Dose {
                drug,
                durability: 1.0,
            })
            .to_vec());
    }
    let mut doses: Vec<Dose> = Vec::new();
    for part in plain
        .split(['/', '+', ','])
        .flat_map(|part| part.split(" or "))
        .flat_map(|part| part.split(" and "))
    {
        let part = part.trim();
        // "(stopped)", "biosimilar" and codes of biosimilars say nothing about the molecule.
        let Some((_, drug)) = NAMES.iter().find(|(name, _)| part.starts_with(name)) else {
            return Err(format!(
                "the model has no drug {words:?}; it has aflibercept 2 mg and 8 mg, ranibizumab, bevacizumab and faricimab"
            ));
        };
        let (_, usual, half_life) = HALF_LIVES_WEEKS[*drug as usize];
        let milligrams = milligrams(part).unwrap_or(usual);
        let added = half_life * libm::log2(milligrams / usual);
        doses.push(Dose {
            drug: *drug,
            durability: (1.0 + added / durability_weeks).clamp(0.3, 2.0),
        });
    }
    Ok(doses)
}

/// The number before "mg".
fn milligrams(words: &str) -> Option<f64> {
    let before = words[..words.find("mg")?].trim_end();
    let from = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |at| at + 1);
    before
        .get(from..)?
        .parse()
        .ok()
        .filter(|milligrams| (0.05..=20.0).contains(milligrams))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drugs_and_doses() {
        let one = |words| doses(words, 11.4).unwrap()[0];
        assert_eq!(
            one("ranibizumab 0.5 mg"),
            Dose {
                drug: Drug::Ranibizumab,
                durability: 1.0
            }
        );
        assert_eq!(one("aflibercept 8 mg").drug, Drug::Aflibercept8mg);
        assert!(one("ranibizumab 0.3 mg").durability < 1.0);
        assert!(one("aflibercept 0.5 mg").durability < one("aflibercept 1 mg").durability);
        assert_eq!(
            doses("ranibizumab/aflibercept/bevacizumab", 11.4)
                .unwrap()
                .len(),
            3
        );
        assert!(doses("none", 11.4).unwrap().is_empty());
        assert!(
            doses("brolucizumab 6 mg", 11.4)
                .unwrap_err()
                .contains("brolucizumab")
        );
        assert!(doses("PDT", 11.4).is_err());
    }
}
