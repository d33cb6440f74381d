//! What is known of a setting, said once: out of it come its names in file, environment and help, its
//! default, its limits and its page in the documentation.

use super::Config;
use super::rule::Rule;
use super::value::Value;

/// One setting.
#[derive(Debug)]
pub struct Field {
    /// Its key in the file, with its table: `limits.max_file_bytes`.
    pub key: &'static str,
    /// What it is for, as sentences of Markdown.
    pub meaning: &'static str,
    /// What it must be.
    pub rule: Rule,
    /// Its flag of `cidlock serve`, without the dashes.
    pub flag: Option<&'static str>,
    /// A variable that may be used instead of [`Self::variable`].
    pub short_variable: Option<&'static str>,
    /// What holds where nothing is set and the default is no fixed value.
    pub otherwise: Option<&'static str>,
    /// The key of another setting that this one must not exceed.
    pub at_most: Option<&'static str>,
    get: fn(&Config) -> Option<Value>,
    set: fn(&mut Config, Value) -> Option<()>,
}

impl Field {
    pub(super) const fn new(
        key: &'static str,
        meaning: &'static str,
        rule: Rule,
        get: fn(&Config) -> Option<Value>,
        set: fn(&mut Config, Value) -> Option<()>,
    ) -> Self {
        let (flag, short_variable, otherwise, at_most) = (None, None, None, None);
        Self { key, meaning, rule, flag, short_variable, otherwise, at_most, get, set }
    }

    pub(super) const fn flag(mut self, name: &'static str) -> Self {
        self.flag = Some(name);
        self
    }

    pub(super) const fn short_variable(mut self, name: &'static str) -> Self {
        self.short_variable = Some(name);
        self
    }

    pub(super) const fn otherwise(mut self, what: &'static str) -> Self {
        self.otherwise = Some(what);
        self
    }

    pub(super) const fn at_most(mut self, key: &'static str) -> Self {
        self.at_most = Some(key);
        self
    }

    /// Its key within its table: `max_file_bytes`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.key.rsplit('.').next().unwrap_or(self.key)
    }

    /// The environment variable of its key: `CIDLOCK_LIMITS_MAX_FILE_BYTES`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("CIDLOCK_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// Its variables, the short one first.
    pub fn variables(&self) -> impl Iterator<Item = String> {
        let short = self.short_variable.map(str::to_owned);
        short.into_iter().chain([self.variable()])
    }

    /// What it is for, on one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.meaning.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What `config` says; none where nothing is set.
    #[must_use]
    pub fn of(&self, config: &Config) -> Option<Value> {
        (self.get)(config)
    }

    /// The default; none where that is no fixed value, see [`otherwise`](field@Self::otherwise).
    #[must_use]
    pub fn default(&self) -> Option<Value> {
        self.of(&Config::default())
    }

    /// How people say a number of this setting, where that says more: `64 GiB`.
    pub(super) fn amount_of(&self, value: &Value) -> Option<String> {
        let Value::Number(number) = value else { return None };
        self.rule.amount(*number)
    }

    /// Puts a value that the rule has let through into `config`; none if the field cannot hold it.
    pub(super) fn put(&self, config: &mut Config, value: Value) -> Option<()> {
        (self.set)(config, value)
    }
}
