//! Which top-level modules a file names.

use super::Word;

/// A place at which a path reaches through the root of its crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// What stands directly below the root: a module, or `*`.
    pub name: String,
    /// The line of that name.
    pub line: usize,
}

/// Every `crate::name` of a file, and every `super::…::name` that climbs as high, alone or in a
/// group of a `use`. `depth` is how many modules the file lies below the root.
#[must_use]
pub fn reaches(words: &[Word], depth: usize) -> Vec<Reach> {
    let mut walk = Walk { words, found: Vec::new() };
    let mut braces = 0;
    let mut inline: Vec<usize> = Vec::new();
    for at in 0..words.len() {
        match walk.text(at) {
            "{" => {
                if at >= 2 && walk.text(at - 2) == "mod" {
                    inline.push(braces);
                }
                braces += 1;
            }
            "}" => {
                braces = braces.saturating_sub(1);
                if inline.last() == Some(&braces) {
                    inline.pop();
                }
            }
            "crate" | "super" if at == 0 || !walk.inside_path(at) => {
                walk.follow(at, depth + inline.len());
            }
            _ => {}
        }
    }
    walk.found
}

struct Walk<'a> {
    words: &'a [Word],
    found: Vec<Reach>,
}

impl Walk<'_> {
    fn text(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| &word.text)
    }

    /// Whether the word at `at` continues a path, or is an element of a group that a path opened:
    /// then whoever followed the path has seen it.
    fn inside_path(&self, at: usize) -> bool {
        let mut open = 0;
        for before in (0..at).rev() {
            match self.text(before) {
                "::" if before + 1 == at => return true,
                "}" => open += 1,
                "{" if open > 0 => open -= 1,
                "{" => return before > 0 && self.text(before - 1) == "::",
                ";" => return false,
                _ => {}
            }
        }
        false
    }

    /// Follows a path that begins at `at`, in a module `level` steps below the root; gives back
    /// where it ended.
    fn follow(&mut self, at: usize, level: usize) -> usize {
        match (self.text(at), self.text(at + 1)) {
            ("crate", "::") => self.follow(at + 2, 0),
            ("self", "::") => self.follow(at + 2, level),
            ("super", "::") if level > 0 => self.follow(at + 2, level - 1),
            ("{", _) => self.follow_group(at + 1, level),
            (name, _) => {
                let is_name = !matches!(name, "" | "self" | "}" | "," | ")");
                if level == 0 && is_name {
                    let Word { text, line } = self.words[at].clone();
                    self.found.push(Reach { name: text, line });
                }
                at
            }
        }
    }

    fn follow_group(&mut self, first: usize, level: usize) -> usize {
        let mut at = first;
        loop {
            at = self.follow(at, level);
            // On to the comma that ends this element, past groups within it.
            let mut open = 0;
            loop {
                match self.text(at) {
                    "{" => open += 1,
                    "}" if open == 0 => return at + 1,
                    "}" => open -= 1,
                    "," if open == 0 => break,
                    _ if at >= self.words.len() => return at,
                    _ => {}
                }
                at += 1;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::reaches;
    use crate::source::words;

    fn check(depth: usize, source: &str, expected: &[&str]) {
        let found: Vec<String> =
            reaches(&words(source), depth).into_iter().map(|reach| reach.name).collect();
        assert_eq!(found, expected, "at depth {depth}: {source}");
    }

    #[test]
    fn a_planted_violation_is_found_however_it_is_written() {
        check(1, "use crate::http::Problem;", &["http"]);
        check(1, "fn f() { crate::http::problem(); }", &["http"]);
        check(1, "use crate::{clock::Clock, http::{Problem, self}};", &["clock", "http"]);
        check(
            1,
            "use crate::{\n    store, // not http\n    http::Problem as P,\n};",
            &["store", "http"],
        );
        check(1, "use super::http;", &["http"]);
        check(2, "use super::super::http::Problem;", &["http"]);
        check(2, "use super::{Row, super::http};", &["http"]);
        check(1, "fn f(x: &crate::http::Problem) -> crate::cli::Exit {}", &["http", "cli"]);
        check(1, "pub(in crate::http) fn f() {}", &["http"]);
        check(1, "use crate::*;", &["*"]);
        check(1, "mod tests { use super::*; use super::super::http; }", &["http"]);
        check(1, "use crate::{ { http::A }, store };", &["http", "store"]);
    }

    #[test]
    fn what_stays_below_the_root_is_no_reach() {
        check(1, "mod row; use self::row::Row; pub(crate) fn f() {}", &[]);
        check(2, "use super::Row; use super::{a, b};", &[]);
        check(1, "mod tests { use super::*; }", &[]);
        check(1, "use other::{crate_name, thing};", &[]);
    }

    #[test]
    fn an_inline_module_ends_where_it_ends() {
        check(1, "mod a { mod b { use super::super::x; } use super::y; } use super::z;", &["z"]);
    }

    #[test]
    fn a_group_is_counted_once() {
        check(0, "use crate::{a, crate::b};", &["a", "b"]);
    }
}
