use lightsout_testkit::contract::forge_contract;

use crate::fixture;

#[tokio::test]
async fn the_local_forge_keeps_the_contract() {
    forge_contract(fixture).await;
}
