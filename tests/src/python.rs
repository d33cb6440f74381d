//! Scripts for the public tools that must understand what we write.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tools;

/// The prepared Python, deaf to whatever else is installed on this machine.
#[must_use]
pub fn command() -> Command {
    let mut python = Command::new(tools::python());
    python.arg("-I");
    python
}

/// Runs `tests/tools/<script>` with `question` as JSON on its input; its output is the answer.
///
/// # Panics
/// If the script fails, with what it said.
#[must_use]
pub fn ask<Q: Serialize, A: DeserializeOwned>(script: &str, question: &Q) -> A {
    let mut python = command();
    python.arg(tools::repository().join("tests/tools").join(script));
    let output = run(python, &serde_json::to_vec(question).expect("a question is JSON"));
    let output = output.unwrap_or_else(|failure| panic!("{failure}"));
    serde_json::from_slice(&output).expect("the script answers in JSON")
}

/// Runs lines of Python in `directory`, and gives back what they print.
///
/// # Errors
/// What they said, if they failed.
pub fn run_lines(lines: &str, arguments: &[&Path], directory: &Path) -> Result<String, String> {
    let mut python = command();
    python.arg("-").args(arguments).current_dir(directory);
    let output = run(python, lines.as_bytes())?;
    Ok(String::from_utf8(output).expect("Python prints UTF-8"))
}

/// The first lines of Python in `docs/<page>`.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn documented_lines(page: &str) -> String {
    let page = std::fs::read_to_string(tools::repository().join("docs").join(page));
    let page = page.expect("the page is in the repository");
    let (_, rest) = page.split_once("```python\n").expect("the page has lines of Python");
    rest.split_once("\n```").expect("the lines end").0.to_owned()
}

fn run(mut python: Command, input: &[u8]) -> Result<Vec<u8>, String> {
    python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = python.spawn().expect("Python starts");
    let mut stdin = child.stdin.take().expect("its input is piped");
    let output = std::thread::scope(|scope| {
        // A script that fails early closes its input; what it says of that is in its output.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("Python ends")
    });
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("Python failed ({}):\n{errors}", output.status));
    }
    Ok(output.stdout)
}
