//! The structure that `src/README.md` describes, checked: who may know whom, and how long a file
//! may be.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file; beyond 400 lines think of splitting.
const FILE_LINES: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{} has no .{ending} files", directory.display());
    found
}

/// Code without comments and without the tests at its end.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("readable");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn assert_absent(directory: &str, words: &[&str]) {
    let path = root().join("src").join(directory);
    let found = if path.is_dir() { files(&path, "rs") } else { vec![path] };
    for file in found {
        let code = code(&file);
        for word in words {
            assert!(!code.contains(word), "{} must not mention {word}", file.display());
        }
    }
}

#[test]
fn the_core_is_pure() {
    for place in ["order", "audit.rs"] {
        assert_absent(place, &["async ", "sqlx", "reqwest", "tokio", "SystemTime", "Timestamp::now", "crate::store"]);
    }
}

#[test]
fn each_library_is_known_where_it_belongs() {
    let engine =
        ["order", "audit.rs", "transport", "fedex", "d365", "store", "vault", "print", "work", "engine.rs", "clock.rs"];
    for place in engine {
        assert_absent(place, &["app::", "axum::", "leptos"]);
    }
    for place in ["desk", "cli"] {
        assert_absent(place, &["axum::", "leptos::"]);
    }
    for place in ["fedex", "d365", "work", "desk", "web", "store", "vault", "print", "cli", "twin"] {
        assert_absent(place, &["reqwest::"]);
    }
    for place in ["work", "desk", "fedex", "d365", "vault", "transport", "print", "cli"] {
        assert_absent(place, &["sqlx::query"]);
    }
    // The web layer gets a desk from `desk_of` alone, which hides people from who does not see them.
    assert_absent("web", &["OperatorDesk"]);
    // Bytes leave for a printer in one place, and what is decided there knows no database.
    assert_absent("print", &["crate::store", "crate::engine", "crate::work", "crate::desk"]);
    for place in ["order", "fedex", "d365", "store", "vault", "work", "desk", "web", "cli"] {
        assert_absent(place, &["ipp::prelude", "TcpStream"]);
    }
}

#[test]
fn the_twins_share_nothing_with_the_clients() {
    assert_absent(
        "twin",
        &["crate::fedex", "crate::d365", "crate::order", "crate::transport", "crate::store", "crate::engine"],
    );
}

#[test]
fn nothing_of_the_server_is_in_the_browsers_tree() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "app", "--target", "wasm32-unknown-unknown", "--no-default-features"])
        .args(["--features", "hydrate", "-e", "normal,no-proc-macro", "--prefix", "none", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    let names: HashSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("leptos"), "the tree was read");
    for server in ["tokio", "sqlx", "axum", "hyper", "reqwest", "rustls", "ring", "ml-connector"] {
        assert!(!names.contains(server), "{server} is in the browser's tree");
    }
}

/// Who holds a connection and waits for a second one waits for himself once all others do the same.
#[test]
fn nobody_asks_for_a_second_connection_inside_a_transaction() {
    let mut transactions = 0;
    for directory in ["work", "desk", "web", "cli", "twin"] {
        for file in files(&root().join("src").join(directory), "rs") {
            let mut held = false;
            for (number, line) in code(&file).lines().enumerate() {
                let begins = line.contains("begin().await") || line.contains("tx: &mut Tx");
                let ends = line.contains("commit()") || line.contains("audited(tx") || line.contains(" fn ");
                transactions += usize::from(begins);
                held = begins || held && !ends;
                let second = held && line.contains(".db.");
                assert!(
                    !second,
                    "{}, line {} of its code, reads beside its transaction: {line}",
                    file.display(),
                    number + 1
                );
            }
        }
    }
    assert!(transactions > 50, "only {transactions} transactions were found: the code is written in another way now");
}

#[test]
fn no_file_grows_beyond_reading() {
    for directory in ["src", "app/src"] {
        for file in files(&root().join(directory), "rs") {
            let text = std::fs::read_to_string(&file).expect("readable");
            assert!(text.lines().count() <= FILE_LINES, "{} has {} lines", file.display(), text.lines().count());
            let is_test = file.starts_with(root().join("src/tests")) || file.ends_with("lib.rs");
            assert!(is_test || text.starts_with("//!"), "{} does not say what it is for", file.display());
        }
    }
}

#[test]
fn both_dialects_have_the_same_migrations_and_columns() {
    let read = |dialect: &str| {
        let mut found: Vec<(String, Vec<String>)> = files(&root().join("migrations").join(dialect), "sql")
            .into_iter()
            .map(|path| {
                let text = std::fs::read_to_string(&path).expect("readable");
                let columns = text
                    .lines()
                    .filter(|line| line.starts_with("    "))
                    .filter(|line| [" text", " bigint", " blob", " bytea"].iter().any(|kind| line.contains(kind)));
                let columns = columns.map(|line| line.replace("bytea", "blob").trim().to_owned()).collect();
                (path.file_name().expect("a name").to_string_lossy().into_owned(), columns)
            })
            .collect();
        found.sort();
        found
    };
    assert_eq!(read("sqlite"), read("postgres"));
}

#[test]
fn every_server_function_has_its_own_endpoint() {
    let mut endpoints = HashSet::new();
    let mut functions = 0;
    for file in files(&root().join("app/src/api"), "rs") {
        let code = code(&file);
        functions += code.matches("#[server(prefix").count();
        for part in code.split("endpoint = \"").skip(1) {
            let endpoint = part.split('"').next().unwrap_or_default();
            assert!(endpoints.insert(endpoint.to_owned()), "{endpoint} twice");
            assert!(
                endpoint
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-/".contains(&byte)),
                "{endpoint}"
            );
        }
    }
    assert!(functions > 5 && functions == endpoints.len(), "{functions} functions, {} endpoints", endpoints.len());
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    for directory in ["src", "app/src"] {
        for file in files(&root().join(directory), "rs") {
            let text = std::fs::read_to_string(&file).expect("readable");
            let marker = concat!("#[all", "ow(");
            assert!(!text.contains(marker), "{} uses allow; use expect with a reason", file.display());
        }
    }
}
