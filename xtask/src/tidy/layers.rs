//! Which crate may use which: the one table of the arrows between crates.
//!
//! Arrows point downwards only. A new arrow is a change of the architecture: it is made here, with
//! `docs/architecture.md`, in a commit of its own.

/// What kind of crate this is; a later layer may use an earlier one where [`CRATES`] says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// The words that everything else is said in, and tools that know none of our words.
    Words,
    /// Functions from values to values.
    Pure,
    /// The world behind a port: processes, files, a database.
    Adapters,
    /// The loop that calls the ports.
    Drive,
    /// What a person starts.
    Binaries,
    /// For tests and for the workspace itself; nothing that is shipped uses it.
    Dev,
}

impl Layer {
    /// Every layer, from the bottom up.
    pub(crate) const ALL: [Self; 6] = [
        Self::Words,
        Self::Pure,
        Self::Adapters,
        Self::Drive,
        Self::Binaries,
        Self::Dev,
    ];

    /// Returns the name that documents use.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Pure => "pure",
            Self::Adapters => "adapters",
            Self::Drive => "drive",
            Self::Binaries => "binaries",
            Self::Dev => "dev",
        }
    }

    /// Returns why the layer's arrows are as they are.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Words => "Everybody says these words, so they must cost nobody anything.",
            Self::Pure => {
                "A rule that reads no clock, file or socket can be tested by listing its cases."
            }
            Self::Adapters => {
                "One adapter can be replaced because no other one, and no rule, knows it."
            }
            Self::Drive => {
                "The loop is the same over every forge, so it knows the port and no forge."
            }
            Self::Binaries => {
                "Somebody has to choose the adapters; only the program that is started does."
            }
            Self::Dev => "What only tests need must never reach a user.",
        }
    }
}

/// One crate of the workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crate {
    /// Its folder under `crates/`; its package is `lightsout-<folder>` (but for `xtask`).
    pub(crate) folder: &'static str,
    /// Its layer.
    pub(crate) layer: Layer,
    /// The folders of the crates it may use.
    pub(crate) uses: &'static [&'static str],
    /// The folders of crates that its tests may use besides.
    pub(crate) tests_use: &'static [&'static str],
    /// Whether it must do without async run time, clock, environment, files and sockets.
    pub(crate) pure: bool,
    /// What it deliberately does not know.
    pub(crate) knows_not: &'static str,
}

/// Every crate, from the bottom up.
pub(crate) const CRATES: &[Crate] = &[
    Crate {
        folder: "ledger",
        layer: Layer::Words,
        uses: &[],
        tests_use: &[],
        pure: true,
        knows_not: "where entries are kept, what time it is, and who spends",
    },
    Crate {
        folder: "forge",
        layer: Layer::Words,
        uses: &[],
        tests_use: &[],
        pure: true,
        knows_not: "any particular forge, what a request is, and what should happen next",
    },
    Crate {
        folder: "taxonomy",
        layer: Layer::Words,
        uses: &["ledger"],
        tests_use: &[],
        pure: true,
        knows_not: "the forge, agents, and how a page is written",
    },
    Crate {
        folder: "git",
        layer: Layer::Words,
        uses: &[],
        tests_use: &[],
        pure: false,
        knows_not: "requests, forges, and why somebody wants a commit",
    },
    Crate {
        folder: "signal",
        layer: Layer::Pure,
        uses: &["ledger"],
        tests_use: &[],
        pure: true,
        knows_not: "how an agent is started, and what follows from what it said",
    },
    Crate {
        folder: "spendlog",
        layer: Layer::Pure,
        uses: &["ledger"],
        tests_use: &[],
        pure: true,
        knows_not: "where a log lies and where its rows go: text comes in, rows and what was left out come out",
    },
    Crate {
        folder: "skills",
        layer: Layer::Pure,
        uses: &[],
        tests_use: &[],
        pure: true,
        knows_not: "requests, agents' programs and files: text comes in, findings and files to lay out come out",
    },
    Crate {
        folder: "content",
        layer: Layer::Pure,
        uses: &["taxonomy"],
        tests_use: &[],
        pure: true,
        knows_not: "files: it turns values into text and text into findings",
    },
    Crate {
        folder: "policy",
        layer: Layer::Pure,
        uses: &["taxonomy"],
        tests_use: &[],
        pure: true,
        knows_not: "processes and files: it judges a call, and holds nothing back by itself",
    },
    Crate {
        folder: "expressions",
        layer: Layer::Pure,
        uses: &[],
        tests_use: &[],
        pure: true,
        knows_not: "workflows, events and files: contexts and files are handed in, a value comes out",
    },
    Crate {
        folder: "runlog",
        layer: Layer::Pure,
        uses: &[],
        tests_use: &[],
        pure: true,
        knows_not: "where an archive comes from, and what follows from a failure: bytes come in, lines come out",
    },
    Crate {
        folder: "lifecycle",
        layer: Layer::Pure,
        uses: &["forge", "ledger", "signal", "taxonomy"],
        tests_use: &[],
        pure: true,
        knows_not: "how anything is done: it names end states and never calls a port",
    },
    Crate {
        folder: "workflows",
        layer: Layer::Pure,
        uses: &["forge", "lifecycle", "taxonomy"],
        tests_use: &[],
        pure: true,
        knows_not: "how the program does what a step calls it for, and where its files end up: text comes out",
    },
    Crate {
        folder: "agents",
        layer: Layer::Adapters,
        uses: &["content", "signal", "skills", "taxonomy"],
        tests_use: &[],
        pure: false,
        knows_not: "the forge, labels, money, and where its commits go",
    },
    Crate {
        folder: "media",
        layer: Layer::Adapters,
        uses: &[],
        tests_use: &[],
        pure: false,
        knows_not: "requests and pages: it gets bytes and words, and gives pictures",
    },
    Crate {
        folder: "github",
        layer: Layer::Adapters,
        uses: &["forge", "git"],
        tests_use: &[],
        pure: false,
        knows_not: "what an event leads to, and what a request is: it says what GitHub said, and does what it is told",
    },
    Crate {
        folder: "ledger-branch",
        layer: Layer::Adapters,
        uses: &["git", "ledger"],
        tests_use: &[],
        pure: false,
        knows_not: "any forge and any rule about money: it adds lines to a branch, and asks the books which",
    },
    Crate {
        folder: "local",
        layer: Layer::Adapters,
        uses: &["forge", "git", "ledger"],
        tests_use: &[],
        pure: false,
        knows_not: "content types, agents and the rules of a request's life",
    },
    Crate {
        folder: "engine",
        layer: Layer::Drive,
        uses: &[
            "agents",
            "content",
            "forge",
            "git",
            "ledger",
            "lifecycle",
            "media",
            "policy",
            "signal",
            "skills",
            "taxonomy",
        ],
        tests_use: &["local"],
        pure: false,
        knows_not: "which forge it works on",
    },
    Crate {
        folder: "emulator",
        layer: Layer::Drive,
        uses: &["forge", "git", "local"],
        tests_use: &["github", "testkit"],
        pure: false,
        knows_not: "what a request of the factory is, and what its events lead to: it is the world around a factory",
    },
    Crate {
        folder: "cli",
        layer: Layer::Binaries,
        uses: &[
            "agents",
            "content",
            "emulator",
            "engine",
            "forge",
            "git",
            "github",
            "ledger",
            "ledger-branch",
            "lifecycle",
            "local",
            "media",
            "policy",
            "runlog",
            "signal",
            "skills",
            "spendlog",
            "taxonomy",
            "workflows",
        ],
        tests_use: &["testkit"],
        pure: false,
        knows_not: "any rule: it reads arguments, chooses adapters and prints",
    },
    Crate {
        folder: "testkit",
        layer: Layer::Dev,
        uses: &["forge", "ledger"],
        tests_use: &[],
        pure: false,
        knows_not: "any adapter: it tests each through the port",
    },
    Crate {
        folder: "simulation",
        layer: Layer::Dev,
        uses: &[
            "agents",
            "engine",
            "forge",
            "ledger",
            "lifecycle",
            "local",
            "testkit",
        ],
        tests_use: &[],
        pure: false,
        knows_not: "how the engine decides or performs: it is the world around it, and reads what is left",
    },
    Crate {
        folder: "model",
        layer: Layer::Dev,
        uses: &["forge", "ledger", "lifecycle", "taxonomy"],
        tests_use: &[],
        pure: true,
        knows_not: "any port and any rule: it asks the rules that ship, in a world of numbers",
    },
    Crate {
        folder: "xtask",
        layer: Layer::Dev,
        uses: &[
            "expressions",
            "forge",
            "git",
            "github",
            "lifecycle",
            "model",
            "policy",
            "signal",
            "spendlog",
            "taxonomy",
            "testkit",
            "workflows",
        ],
        tests_use: &[],
        pure: false,
        knows_not: "how the program works inside: it renders the words and looks at the rest from outside",
    },
];

/// Packages that no pure crate may have under it, with what they would bring in.
pub(crate) const FORBIDDEN_UNDER_PURE: &[(&str, &str)] = &[
    ("async-std", "an async run time"),
    ("axum", "a web server"),
    ("git2", "files"),
    ("hyper", "sockets"),
    ("libsqlite3-sys", "a database"),
    ("mio", "sockets"),
    ("nix", "system calls"),
    ("octocrab", "a client of a forge"),
    ("rand", "chance"),
    ("reqwest", "a web client"),
    ("rusqlite", "a database"),
    ("rustix", "system calls"),
    ("smol", "an async run time"),
    ("socket2", "sockets"),
    ("sqlx", "a database"),
    ("sqlx-core", "a database"),
    ("tempfile", "files"),
    ("tokio", "an async run time"),
    ("ureq", "a web client"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn layer_of(folder: &str) -> Option<Layer> {
        CRATES
            .iter()
            .find(|one| one.folder == folder)
            .map(|one| one.layer)
    }

    #[test]
    fn the_table_itself_points_downwards() {
        for one in CRATES {
            let shipped = one.uses.iter().map(|used| (used, one.layer == Layer::Dev));
            let tested = one.tests_use.iter().map(|used| (used, true));
            for (used, may_be_dev) in shipped.chain(tested) {
                let below = layer_of(used).expect("a crate of the table");
                let dev = may_be_dev && below == Layer::Dev;
                assert!(below <= one.layer || dev, "{} -> {used}", one.folder);
                assert!(
                    below < Layer::Binaries || dev,
                    "nothing uses a binary, and nothing that is shipped a test crate: {}",
                    one.folder
                );
            }
        }
    }

    #[test]
    fn adapters_do_not_know_one_another_and_pure_crates_stand_on_pure_ones() {
        for one in CRATES {
            for used in one.uses {
                if one.layer == Layer::Adapters {
                    assert_ne!(
                        layer_of(used),
                        Some(Layer::Adapters),
                        "{} -> {used}",
                        one.folder
                    );
                }
                let used = CRATES
                    .iter()
                    .find(|other| other.folder == *used)
                    .expect("a crate of the table");
                assert!(!one.pure || used.pure, "{} -> {}", one.folder, used.folder);
            }
        }
    }

    #[test]
    fn nothing_is_named_twice() {
        let mut folders: Vec<_> = CRATES.iter().map(|one| one.folder).collect();
        folders.sort_unstable();
        folders.dedup();
        assert_eq!(folders.len(), CRATES.len());
        assert!(FORBIDDEN_UNDER_PURE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
