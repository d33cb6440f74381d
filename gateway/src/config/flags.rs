//! The flags of `cidlock serve`: `--config`, and one for each setting that names one.
//!
//! clap is told of them from what is known of the settings, and hands back text: a flag is read like
//! a variable, and clap does not look into the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueHint, value_parser};

use super::origin::{Given, Origin};
use super::{ConfigError, DATA_DIR, FILE_NAME, FILE_VARIABLE, Field, Rule, fields};

/// What was said on the command line; the rest is in the environment and the file.
#[derive(Debug, Clone, Default)]
pub struct ServeFlags {
    file: Option<PathBuf>,
    texts: Vec<(&'static str, OsString)>,
}

const CONFIG: &str = "config";

impl ServeFlags {
    /// The file that is named.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.file.clone()
    }

    /// The data directory that is named.
    pub(super) fn data_dir(&self) -> Option<PathBuf> {
        let mut texts = self.texts.iter();
        let (_, text) = texts.find(|(name, _)| DATA_DIR.flag == Some(name))?;
        Some(PathBuf::from(text))
    }

    /// Every setting that is given here.
    pub(super) fn given(&self) -> Result<Vec<Given>, ConfigError> {
        let read = |(name, text): &(&'static str, OsString)| {
            let field = fields().find(|field| field.flag == Some(name))?;
            let origin = Origin::Flag(name);
            Some(match field.rule.read_text(text) {
                Some(value) => Ok(Given { field, value, origin }),
                None => Err(ConfigError::refused(origin, field, None)),
            })
        };
        self.texts.iter().filter_map(read).collect()
    }

    /// As if `arguments` had been typed, for tests.
    #[cfg(test)]
    pub(super) fn typed(arguments: &[&str]) -> Self {
        let command = Self::augment_args(Command::new("serve").no_binary_name(true));
        Self::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
    }
}

impl Args for ServeFlags {
    fn augment_args(command: Command) -> Command {
        let help = format!(
            "The configuration file [default: {FILE_NAME} in the data directory, if there is one] \
             [env: {FILE_VARIABLE}]"
        );
        let file = Arg::new(CONFIG)
            .long(CONFIG)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help(help);
        command.arg(file).args(fields().filter_map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ServeFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.file = matches.get_one(CONFIG).cloned();
        let named = fields().filter_map(|field| field.flag);
        let text = |name| Some((name, matches.get_one::<OsString>(name)?.clone()));
        self.texts = named.filter_map(text).collect();
        Ok(())
    }
}

fn argument(field: &'static Field) -> Option<Arg> {
    let name = field.flag?;
    let argument = Arg::new(name)
        .long(name)
        .value_name(field.rule.value_name())
        .value_parser(value_parser!(OsString))
        .help(help(field));
    Some(match field.rule {
        // `--log-json` alone, or `--log-json=false` where a file says otherwise.
        Rule::Switch => argument.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Rule::Directory => argument.value_hint(ValueHint::DirPath),
        _ => argument,
    })
}

fn help(field: &Field) -> String {
    let mut help = field.sentence().trim_end_matches('.').to_owned();
    let default = field.default().map(|value| value.to_text());
    if let Some(default) = default.as_deref().or(field.otherwise) {
        help += &format!(" [default: {default}]");
    }
    if let Some(variable) = field.variables().next() {
        help += &format!(" [env: {variable}]");
    }
    // A terminal shows no Markdown.
    help.replace('`', "")
}
