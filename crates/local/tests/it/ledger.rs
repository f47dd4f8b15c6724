use lightsout_testkit::contract::ledger_contract;

use crate::{Fixture, fixture};

#[tokio::test(flavor = "multi_thread")]
async fn the_local_ledger_keeps_the_contract() {
    ledger_contract(fixture, |fixture: &Fixture| &fixture.local).await;
}
