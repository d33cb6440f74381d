//! What a shell and `man` are told of the commands.

use std::fs;
use std::process::Command;

use cidlock_tests::command;
use cidlock_tests::gateway::Home;

/// Every command that is for people, as `--help` lists them.
async fn commands(home: &Home) -> Vec<String> {
    let help = command::run(home.cidlock(&["--help"])).await.expect(0).text();
    let (_, list) = help.split_once("\nCommands:\n").expect("help lists the commands");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[tokio::test]
async fn bash_understands_its_completions_and_completes_every_command() {
    let home = Home::new();
    let script = command::run(home.cidlock(&["completions", "bash"])).await.expect(0).text();
    let file = home.path().join("cidlock.bash");
    fs::write(&file, &script).unwrap();
    // Completes `cidlock <TAB>`, and `cidlock serve --l<TAB>`.
    let lines = "source \"$1\"\n\
        COMP_WORDS=(cidlock '') COMP_CWORD=1; _cidlock cidlock '' cidlock; echo \"${COMPREPLY[@]}\"\n\
        COMP_WORDS=(cidlock serve --l) COMP_CWORD=2; _cidlock cidlock --l serve; echo \"${COMPREPLY[@]}\"\n";
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-euc", lines, "bash"]).arg(&file).env_clear();
    let said = command::run(bash).await.expect(0);
    let text = said.text();
    let mut lines = text.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let (names, flags) = (lines.next().unwrap(), lines.next().unwrap());
    for name in commands(&home).await {
        assert!(names.contains(&name.as_str()), "no {name} in {names:?}");
    }
    assert_eq!(flags, ["--listen", "--log", "--log-json"], "{}", said.stderr);
}

#[tokio::test]
async fn every_shell_that_is_named_has_completions() {
    let home = Home::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let said = command::run(home.cidlock(&["completions", shell])).await.expect(0);
        assert!(said.text().contains("revoke"), "{shell}");
    }
    let said = command::run(home.cidlock(&["completions", "tcsh"])).await.expect(2);
    assert!(said.stderr.contains("bash, elvish, fish, powershell, zsh"), "{}", said.stderr);
}

#[tokio::test]
async fn every_command_has_a_manual_page() {
    let home = Home::new();
    let main = command::run(home.cidlock(&["man"])).await.expect(0).text();
    let said = command::run(home.cidlock(&["man", "--out", "a/man1"])).await.expect(0);
    assert_eq!((said.text(), said.stderr), (String::new(), String::new()));
    let pages = home.path().join("a/man1");
    let page = |name: &str| fs::read_to_string(pages.join(format!("{name}.1"))).expect(name);
    assert_eq!(page("cidlock"), main);
    for name in commands(&home).await {
        let full = format!("cidlock-{name}");
        let (head, reference) = (format!(".TH {full} 1"), full.replace('-', "\\-"));
        let page = page(&full);
        assert!(page.contains(&head) && page.contains(".SH \"EXIT STATUS\"\n"), "{page}");
        assert!(main.contains(&reference), "the main page refers to {full}");
    }
    assert!(page("cidlock-serve").contains("CIDLOCK_LISTEN"));
    let said = command::run(home.cidlock(&["man", "--out", "/dev/null/x"])).await.expect(1);
    assert!(said.stderr.contains("/dev/null/x"), "{}", said.stderr);
}
