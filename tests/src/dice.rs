//! Chance that can be repeated.

use std::ffi::OsString;

use crate::content::mixed;

/// Numbers that are all the same again with the same seed.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    cast: u64,
}

impl Dice {
    /// The seed that `CIDLOCK_SEED` says, or a fresh one; whoever uses it prints it.
    ///
    /// # Panics
    /// If the variable is no number, or the system gives no randomness.
    #[must_use]
    pub fn from_environment() -> Self {
        let fresh = || getrandom::u64().expect("the system gives randomness");
        Self::new(number("CIDLOCK_SEED").unwrap_or_else(fresh))
    }

    /// Numbers out of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, cast: 0 }
    }

    /// What they all come from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next number, below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.cast += 1;
        mixed(self.seed, self.cast) % end
    }

    /// One of them.
    ///
    /// # Panics
    /// If there is none.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        choices[usize::try_from(index).expect("an index fits")]
    }

    /// All of them, in an order of chance.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = self.below(last as u64 + 1);
            all.swap(last, usize::try_from(other).expect("an index fits"));
        }
    }
}

/// What an environment variable says, if it is set.
///
/// # Panics
/// If it is no number.
#[must_use]
pub fn number(variable: &str) -> Option<u64> {
    let value = std::env::var_os(variable).map(OsString::into_string)?;
    let number = value.ok().and_then(|text| text.parse().ok());
    Some(number.unwrap_or_else(|| panic!("{variable} is a whole number")))
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let numbers = |seed| {
            let mut dice = Dice::new(seed);
            let mut deck: Vec<u64> = (0..20).collect();
            dice.shuffle(&mut deck);
            deck.extend((0..20).map(|_| dice.below(1000)));
            deck
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
        let mut sorted = numbers(3)[..20].to_vec();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<u64>>(), "a shuffle loses nothing");
    }
}
