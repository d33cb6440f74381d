//! What a setting must be: its kind, its unit and its limits, and how it is read from text and TOML.

use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::de::DeValue;

use super::amount;
use super::value::Value;

/// What a value must be. Limits include both ends.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rule {
    /// A whole number of bytes.
    Bytes(RangeInclusive<u64>),
    /// A whole number of seconds.
    Seconds(RangeInclusive<u64>),
    /// A whole number of things.
    Count(RangeInclusive<u64>),
    /// `true` or `false`; in text also `1` and `0`.
    Switch,
    /// An IP address and a port.
    Address,
    /// A path that is not empty.
    Directory,
    /// Text of some form.
    Text {
        /// What the help of a flag calls it, such as `URL`.
        name: &'static str,
        /// What it must be, as it follows on "must be".
        must: &'static str,
        /// Whether a text is that.
        holds: fn(&str) -> bool,
    },
}

impl Rule {
    /// Reads what a variable or a flag says; none if that breaks the rule.
    pub(super) fn read_text(&self, text: &OsStr) -> Option<Value> {
        if let Self::Directory = self {
            return Some(Value::Path(PathBuf::from(text))).filter(|_| !text.is_empty());
        }
        let text = text.to_str()?;
        match self {
            Self::Bytes(_) | Self::Seconds(_) | Self::Count(_) => self.number(text.parse().ok()?),
            Self::Switch => match text {
                "true" | "1" => Some(Value::Switch(true)),
                "false" | "0" => Some(Value::Switch(false)),
                _ => None,
            },
            Self::Address => text.parse().ok().map(Value::Address),
            Self::Directory => None,
            Self::Text { holds, .. } => Some(Value::Text(text.to_owned())).filter(|_| holds(text)),
        }
    }

    /// Reads what the file says.
    ///
    /// # Errors
    /// It breaks the rule; with the kind of value it is where another kind is due.
    pub(super) fn read_toml(&self, value: &DeValue<'_>) -> Result<Value, Option<&'static str>> {
        let read = match (self, value) {
            (Self::Bytes(_) | Self::Seconds(_) | Self::Count(_), DeValue::Integer(integer)) => {
                let number = u64::from_str_radix(integer.as_str(), integer.radix());
                number.ok().and_then(|number| self.number(number))
            }
            (Self::Switch, DeValue::Boolean(on)) => Some(Value::Switch(*on)),
            (Self::Address | Self::Directory | Self::Text { .. }, DeValue::String(text)) => {
                self.read_text(OsStr::new(text.as_ref()))
            }
            (_, other) => return Err(Some(kind(other))),
        };
        read.ok_or(None)
    }

    fn number(&self, number: u64) -> Option<Value> {
        let within = self.range().is_some_and(|range| range.contains(&number));
        Some(Value::Number(number)).filter(|_| within)
    }

    fn range(&self) -> Option<&RangeInclusive<u64>> {
        match self {
            Self::Bytes(range) | Self::Seconds(range) | Self::Count(range) => Some(range),
            _ => None,
        }
    }

    /// What a value must be, with its limits, as it follows on "must be".
    #[must_use]
    pub fn must(&self) -> String {
        let unit = match self {
            Self::Bytes(_) => " of bytes",
            Self::Seconds(_) => " of seconds",
            _ => "",
        };
        match self {
            Self::Bytes(range) | Self::Seconds(range) | Self::Count(range) => {
                let [min, max] = [range.start(), range.end()].map(|end| self.explained(*end));
                format!("a whole number{unit} from {min} to {max}")
            }
            Self::Switch => "true or false".to_owned(),
            Self::Address => {
                "an address with a port, such as `127.0.0.1:8787` or `[::1]:8787`".into()
            }
            Self::Directory => "the path of a directory".to_owned(),
            Self::Text { must, .. } => (*must).to_owned(),
        }
    }

    /// The limits alone, for a table.
    #[must_use]
    pub fn limits(&self) -> String {
        match self {
            Self::Bytes(range) | Self::Seconds(range) | Self::Count(range) => {
                let [min, max] = [range.start(), range.end()].map(|end| self.say(*end));
                format!("{min} to {max}")
            }
            _ => self.must(),
        }
    }

    /// The number as people say it, where that says more: `1 hour` for 3600, nothing for 59 seconds.
    #[must_use]
    pub fn amount(&self, number: u64) -> Option<String> {
        let said = self.say(number);
        let says_more = said.split(' ').next() != Some(&number.to_string());
        says_more.then_some(said)
    }

    fn explained(&self, number: u64) -> String {
        let amount = self.amount(number).map(|amount| format!(" ({amount})"));
        format!("{number}{}", amount.unwrap_or_default())
    }

    fn say(&self, number: u64) -> String {
        match self {
            Self::Bytes(_) => amount::of_bytes(number),
            Self::Seconds(_) => amount::of_seconds(number),
            _ => number.to_string(),
        }
    }

    /// What the help of a flag calls its value.
    pub(super) fn value_name(&self) -> &'static str {
        match self {
            Self::Bytes(_) => "BYTES",
            Self::Seconds(_) => "SECONDS",
            Self::Count(_) => "NUMBER",
            Self::Switch => "true|false",
            Self::Address => "ADDRESS:PORT",
            Self::Directory => "DIR",
            Self::Text { name, .. } => name,
        }
    }
}

/// What kind of value the file has, for who has to mend it.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule::Seconds(10..=3600);

    #[test]
    fn a_number_is_read_within_its_limits_and_says_them() {
        for (text, number) in [
            ("10", Some(10)),
            ("3600", Some(3600)),
            ("9", None),
            ("3601", None),
            ("-10", None),
            ("60.0", None),
            ("60s", None),
            (" 60", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(RULE.read_text(OsStr::new(text)), number.map(Value::Number), "{text:?}");
        }
        assert_eq!(RULE.must(), "a whole number of seconds from 10 to 3600 (1 hour)");
        assert_eq!(RULE.limits(), "10 seconds to 1 hour");
        assert_eq!(Rule::Count(1..=64).must(), "a whole number from 1 to 64");
    }

    #[test]
    fn toml_has_its_own_notations_and_only_the_right_type_is_taken() {
        let address = "127.0.0.1:1".parse().unwrap();
        for (rule, toml, value) in [
            (&RULE, "1_000", Some(Value::Number(1000))),
            (&RULE, "0x10", Some(Value::Number(16))),
            (&RULE, "-10", None),
            (&RULE, "'60'", None),
            (&RULE, "60.0", None),
            (&Rule::Switch, "true", Some(Value::Switch(true))),
            (&Rule::Switch, "1", None),
            (&Rule::Switch, "'true'", None),
            (&Rule::Address, "'127.0.0.1:1'", Some(Value::Address(address))),
            (&Rule::Address, "8787", None),
            (&Rule::Address, "'localhost:1'", None),
            (&Rule::Directory, "'a b'", Some(Value::Path("a b".into()))),
            (&Rule::Directory, "''", None),
        ] {
            let read = rule.read_toml(DeValue::parse(toml).unwrap().get_ref());
            assert_eq!(read.ok(), value, "{toml}");
        }
    }

    #[test]
    fn a_switch_in_text_may_be_a_digit() {
        for (text, on) in
            [("true", Some(true)), ("1", Some(true)), ("0", Some(false)), ("yes", None)]
        {
            assert_eq!(Rule::Switch.read_text(OsStr::new(text)), on.map(Value::Switch), "{text}");
        }
    }
}
