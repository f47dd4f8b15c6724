//! `lightsout cost`: the ledger, and the spend logs of other factories.

mod export;
mod import;
mod show;

use anyhow::Context as _;
use lightsout_git::{Remote, Repo};
use lightsout_ledger::LedgerStore;
use lightsout_ledger_branch::BranchLedger;
use tempfile::TempDir;

use crate::args::{Cost, CostVerb, LedgerArgs};
use crate::factory::{block_on, open};
use crate::failure::{Done, Mendable};

/// Where the token for a remote ledger is looked for, in this order.
const TOKENS: [&str; 2] = ["LIGHTSOUT_BOT_TOKEN", "GITHUB_TOKEN"];

/// A ledger that was opened, and the folder it needs meanwhile.
struct Opened {
    store: Box<dyn LedgerStore>,
    _scratch: Option<TempDir>,
}

pub(crate) fn run(args: &Cost) -> anyhow::Result<Done> {
    block_on(async {
        match &args.verb {
            CostVerb::Show { ledger, format } => {
                show::run(ledger_of(ledger).await?.store.as_ref(), *format).await
            }
            CostVerb::Import(args) => {
                import::run(ledger_of(&args.ledger).await?.store.as_ref(), args).await
            }
            CostVerb::Export(args) => {
                export::run(ledger_of(&args.ledger).await?.store.as_ref(), args).await
            }
        }
    })
}

async fn ledger_of(args: &LedgerArgs) -> anyhow::Result<Opened> {
    let Some(url) = &args.remote else {
        return Ok(Opened {
            store: Box::new(open(&args.dir).await?),
            _scratch: None,
        });
    };
    let token = TOKENS.iter().find_map(|name| std::env::var(name).ok());
    let token = token.filter(|token| !token.is_empty());
    let remote = Remote::new(url, token.map(Into::into)).map_err(|error| {
        Mendable::error(
            error.to_string(),
            "give an address such as https://github.com/acme/careers.git",
        )
    })?;
    let scratch = tempfile::tempdir().context("making a temporary folder")?;
    let repo = Repo::init_bare(&scratch.path().join("ledger.git"), "main")?;
    Ok(Opened {
        store: Box::new(BranchLedger::new(remote, repo, &args.branch)),
        _scratch: Some(scratch),
    })
}
