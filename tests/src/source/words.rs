//! A source as words: identifiers, literals and punctuation, each with its line.

use std::iter::Peekable;
use std::str::Chars;

/// One word of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// An identifier, a number, one character of punctuation, or `::`. Strings and characters are
    /// the empty word: they are there, and say nothing.
    pub text: String,
    /// Counted from one.
    pub line: usize,
}

/// Splits `source`; comments are gone.
#[must_use]
pub fn words(source: &str) -> Vec<Word> {
    let mut lexer = Lexer { rest: source.chars().peekable(), line: 1, words: Vec::new() };
    while let Some(first) = lexer.next() {
        lexer.word(first);
    }
    lexer.words
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
    words: Vec<Word>,
}

impl Lexer<'_> {
    fn word(&mut self, first: char) {
        let line = self.line;
        match first {
            '/' if self.take('/') => while self.next().is_some_and(|c| c != '\n') {},
            '/' if self.take('*') => self.skip_comment(),
            '"' => {
                self.skip_string();
                self.push("", line);
            }
            '\'' => self.character_or_lifetime(line),
            ':' if self.take(':') => self.push("::", line),
            c if c.is_alphanumeric() || c == '_' => self.identifier(c, line),
            c if c.is_whitespace() => {}
            c => self.push(&c.to_string(), line),
        }
    }

    fn identifier(&mut self, first: char, line: usize) {
        let mut text = String::from(first);
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
            text.push(c);
        }
        let raw = matches!(text.as_str(), "r" | "br" | "cr");
        match self.rest.peek() {
            Some('"') if raw => self.skip_raw_string(0, line),
            Some('"') if matches!(text.as_str(), "b" | "c") => {
                self.next();
                self.skip_string();
                self.push("", line);
            }
            Some('#') if raw => {
                let mut fence = 0;
                while self.take('#') {
                    fence += 1;
                }
                // `r#type` is an identifier: its next word is the name itself.
                if self.rest.peek() == Some(&'"') {
                    self.skip_raw_string(fence, line);
                }
            }
            _ => self.push(&text, line),
        }
    }

    fn character_or_lifetime(&mut self, line: usize) {
        let Some(first) = self.next() else { return };
        if first == '\\' {
            self.next();
            while self.next().is_some_and(|c| c != '\'') {}
        } else if !self.take('\'') {
            // A lifetime; its name says nothing.
            while self.rest.next_if(|c| c.is_alphanumeric() || *c == '_').is_some() {}
            return;
        }
        self.push("", line);
    }

    fn skip_comment(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Some('*') if self.take('/') => depth -= 1,
                Some('/') if self.take('*') => depth += 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    fn skip_string(&mut self) {
        while let Some(c) = self.next() {
            match c {
                '\\' => drop(self.next()),
                '"' => return,
                _ => {}
            }
        }
    }

    fn skip_raw_string(&mut self, fence: usize, line: usize) {
        self.next();
        while let Some(c) = self.next() {
            if c == '"' && (0..fence).all(|_| self.take('#')) {
                break;
            }
        }
        self.push("", line);
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn push(&mut self, text: &str, line: usize) {
        self.words.push(Word { text: text.to_owned(), line });
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    fn check(source: &str, expected: &[&str]) {
        let found: Vec<String> = words(source).into_iter().map(|word| word.text).collect();
        assert_eq!(found, expected, "{source:?}");
    }

    #[test]
    fn comments_are_gone() {
        check("a // b\nc /* d /* e */ f */ g", &["a", "c", "g"]);
        check("/// [`crate::http`]\nfn x", &["fn", "x"]);
    }

    #[test]
    fn the_insides_of_strings_and_characters_are_gone() {
        check(r#"a "b \" c" d"#, &["a", "", "d"]);
        check(r##"a r"\" b r#" c " d "# e"##, &["a", "", "b", "", "e"]);
        check(r#"b"x" c"y" br"z" b'w'"#, &["", "", "", "b", ""]);
        check(r"'a' '\'' '\n' '\u{1f}' b", &["", "", "", "", "b"]);
    }

    #[test]
    fn lifetimes_do_not_swallow_what_follows() {
        check("fn f<'a>(x: &'a str)", &["fn", "f", "<", ">", "(", "x", ":", "&", "str", ")"]);
    }

    #[test]
    fn paths_and_raw_identifiers_are_words() {
        check("crate::r#type::B", &["crate", "::", "type", "::", "B"]);
    }

    #[test]
    fn lines_are_counted_through_strings_and_comments() {
        let found = words("a\n\"\n\"\n/*\n*/ b");
        assert_eq!(found.last().unwrap().line, 5);
    }
}
