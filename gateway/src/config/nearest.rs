//! What somebody meant who wrote something that does not exist.

/// `word` misspelt: the nearest of `known`, as a question; else all of `instead`.
pub(super) fn suggestion(
    known: impl IntoIterator<Item = (String, usize)>,
    word: &str,
    instead: impl FnOnce() -> String,
) -> String {
    let near = known.into_iter().filter(|(_, distance)| *distance <= tolerance(word));
    near.min_by_key(|(_, distance)| *distance)
        .map_or_else(instead, |(name, _)| format!("did you mean {name}?"))
}

/// How many letters two names differ by; two that are swapped count as one.
pub(super) fn distance(one: &str, other: &str) -> usize {
    strsim::osa_distance(&one.to_lowercase(), &other.to_lowercase())
}

/// Beyond a third of its letters a word is another word.
fn tolerance(word: &str) -> usize {
    (word.chars().count() / 3).max(1)
}
