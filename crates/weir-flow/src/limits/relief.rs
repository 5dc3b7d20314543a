use weir_memory::Pressure;

/// Whether to let rows go early: begins above 80 % of the pipeline's share or at warning pressure, and ends below
/// 60 % of it once pressure is calm again, so that it does not flicker.
#[derive(Clone, Copy, Debug)]
pub struct Relief {
    share: u64,
    relieving: bool,
}

impl Relief {
    /// For a share in bytes.
    #[must_use]
    pub fn new(share: u64) -> Self {
        Self {
            share,
            relieving: false,
        }
    }

    /// Takes in what is held (bytes that firing could free) and the pressure on the budget; how many bytes may stay held, if
    /// some have to go: 60 % of the share, 20 % at warning, none at critical pressure.
    pub fn observe(&mut self, held: u64, pressure: Pressure) -> Option<u64> {
        let of_share = |percent: u64| {
            u64::try_from(u128::from(self.share) * u128::from(percent) / 100).unwrap_or(u64::MAX)
        };
        let begins = held > of_share(80) || pressure >= Pressure::Warning;
        let ends = held <= of_share(60) && pressure == Pressure::Calm;
        self.relieving = begins || (self.relieving && !ends);
        if !self.relieving {
            return None;
        }
        let stays = match pressure {
            Pressure::Calm | Pressure::Elevated => of_share(60),
            Pressure::Warning => of_share(20),
            Pressure::Critical => 0,
        };
        (held > stays).then_some(stays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_above_80_percent_and_ends_below_60() {
        let mut relief = Relief::new(1_000);
        let mut at = |held| relief.observe(held, Pressure::Calm);
        assert_eq!(
            [at(800), at(801), at(700), at(600), at(700)],
            [None, Some(600), Some(600), None, None]
        );
    }

    #[test]
    fn pressure_on_the_budget_asks_for_more() {
        let mut relief = Relief::new(1_000);
        assert_eq!(relief.observe(300, Pressure::Elevated), None);
        assert_eq!(relief.observe(300, Pressure::Warning), Some(200));
        assert_eq!(relief.observe(150, Pressure::Warning), None);
        assert_eq!(relief.observe(150, Pressure::Critical), Some(0));
        assert_eq!(
            relief.observe(700, Pressure::Elevated),
            Some(600),
            "still relieving until calm"
        );
        assert_eq!(relief.observe(500, Pressure::Calm), None);
        assert_eq!(relief.observe(700, Pressure::Elevated), None);
    }
}
