//! Offers: a voucher to each who asks, and none twice.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Client, host};

const INQUIRY: u64 = 3;

impl Client {
    async fn ask_for(&mut self, offer: u64) -> Value {
        self.offer(INQUIRY, "", &json!({"offer": offer}).to_string()).await
    }

    /// The next notice for the program that has that name.
    async fn told(&mut self, name: &str) -> Value {
        loop {
            let direct = self.next_of("direct").await;
            let field = direct["notice"]["field"].as_str().unwrap_or_default();
            let told: Value = serde_json::from_str(field).unwrap();
            if let Some(what) = told.get(name) {
                return what.clone();
            }
        }
    }
}

fn offer(title: &str, stock: u64) -> Value {
    json!({"do": "offer", "title": title, "text": "Today only.", "stock": stock})
}

#[tokio::test]
async fn whoever_asks_gets_one_code_and_gets_it_again_after_coming_back() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    let (mut ann, first) = Client::joined(&host, "Ann").await;
    assert_eq!(ann.ask_for(1).await["code"], "no_offer");
    assert_eq!(mia.act(offer("Tea", 100)).await["state"], "done");
    let tip = ann.until_entry(|entry| entry["changes"]["custom"]["offer"].is_string()).await;
    let card: Value =
        serde_json::from_str(tip["changes"]["custom"]["offer"].as_str().unwrap()).unwrap();
    assert_eq!(
        card,
        json!({"id": 1, "title": "Tea", "text": "Today only.", "stock": 100, "left": 100})
    );
    ann.ask_for(1).await;
    let voucher = ann.told("voucher").await;
    assert_eq!((&voucher["offer"], &voucher["title"]), (&json!(1), &json!("Tea")));
    let code = voucher["code"].as_str().unwrap();
    assert!(code.len() == 9 && code.as_bytes()[4] == b'-', "{code}");
    ann.ask_for(1).await;
    assert_eq!(ann.told("voucher").await, voucher, "asking again gives the same");
    drop(ann);
    let mut ann = Client::connect(&host).await;
    ann.join(&json!({"v": 1, "t": "join", "token": first["token"]})).await;
    assert_eq!(ann.told("voucher").await, voucher);
    // What is left is shown to all, and to newcomers.
    let left = |entry: &Value| {
        let card = entry["changes"]["custom"]["offer"].as_str();
        card.is_some_and(|card| card.contains(r#""left":99"#))
    };
    mia.until_entry(left).await;
    let (_bo, welcome) = Client::joined(&host, "Bo").await;
    assert!(welcome["group"]["custom"]["offer"].as_str().unwrap().contains(r#""left":99"#));
    assert_eq!(mia.act(json!({"do": "offer_end"})).await["state"], "done");
    assert_eq!(ann.ask_for(1).await["code"], "no_offer");
    let (_eve, welcome) = Client::joined(&host, "Eve").await;
    assert_eq!(welcome["group"].get("custom"), None);
}

#[tokio::test]
async fn under_a_flood_each_who_asks_gets_a_code_and_nobody_that_of_another() {
    const ASKERS: usize = 30;
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    // Nearly all of the flood is lost to the rate.
    let slow = json!({"do": "traffic", "rate": 5, "burst": 2, "reserve": 1});
    assert_eq!(mia.act(slow).await["state"], "done");
    mia.act(offer("Tea", 1_000)).await;
    let mut askers = Vec::new();
    for _ in 0..ASKERS {
        askers.push(Client::joined(&host, "Asker").await);
    }
    for (asker, _) in &mut askers {
        for random in 0..8 {
            let data = json!({"offer": 1}).to_string();
            asker
                .send(&json!({"v": 1, "t": "send", "id": random, "kind": 3, "data": data, "random": random}))
                .await;
        }
    }
    let mut codes = BTreeMap::new();
    for (asker, welcome) in &mut askers {
        for _ in 0..8 {
            let code = asker.told("voucher").await["code"].to_string();
            codes.entry(code).or_insert_with(Vec::new).push(welcome["me"]["user"].clone());
        }
    }
    assert_eq!(codes.len(), ASKERS, "one code for each");
    assert!(codes.values().all(|users| users.iter().all(|user| *user == users[0])));
    let account = host.account();
    let lost: u64 = account.stats().flow.0[2].discarded.iter().sum();
    assert!(lost > 100, "the flood was lost: {lost}");
}

#[tokio::test]
async fn when_the_stock_is_out_they_are_told_so() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    mia.act(offer("Tea", 1)).await;
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut bo, _) = Client::joined(&host, "Bo").await;
    ann.ask_for(1).await;
    ann.told("voucher").await;
    bo.ask_for(1).await;
    assert_eq!(bo.told("sold_out").await, json!({"offer": 1}));
    // A new offer ends the one before.
    mia.act(offer("Cake", 1)).await;
    assert_eq!(bo.ask_for(1).await["code"], "no_offer");
    bo.ask_for(2).await;
    assert_eq!(bo.told("voucher").await["title"], "Cake");
}

#[tokio::test]
async fn a_rejected_inquiry_gets_nothing_and_a_held_one_when_it_is_allowed() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    mia.act(offer("Tea", 9)).await;
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let data = json!({"offer": 1}).to_string();
    assert_eq!(ann.offer(INQUIRY, "zorgblatt", &data).await["state"], "rejected");
    assert_eq!(ann.offer(INQUIRY, "free coins", &data).await["state"], "held");
    // It is served although the offer has ended since.
    mia.act(json!({"do": "offer_end"})).await;
    mia.act(json!({"do": "answer", "ticket": 1, "decision": "allow"})).await;
    let direct = ann.next_of("direct").await;
    assert!(direct["notice"]["field"].as_str().unwrap().starts_with(r#"{"voucher""#));
    assert!(direct["after"].as_u64().unwrap() > 0, "it was delivered");
}

#[tokio::test]
async fn what_is_no_offer_and_no_inquiry_is_refused() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    for bad in [offer("", 1), offer(&"x".repeat(61), 1), offer("Tea", 0), offer("Tea", 100_001)] {
        let done = mia.act(bad.clone()).await;
        assert_eq!((&done["state"], &done["code"]), (&json!("refused"), &json!("offer")), "{bad}");
    }
    mia.act(offer("Tea", 9)).await;
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    for data in ["", "{}", r#"{"offer":"1"}"#, r#"{"offer":1,"n":2}"#] {
        assert_eq!(ann.offer(INQUIRY, "", data).await["code"], 1004, "{data}");
    }
    for deed in [offer("Mine", 9), json!({"do": "offer_end"})] {
        assert_eq!(ann.act(deed).await["code"], "key");
    }
    let (mut teacher, _) = Client::owner(&host, "seminar").await;
    assert_eq!(teacher.act(offer("Tea", 9)).await["code"], "wrong_room");
    assert_eq!(teacher.ask_for(1).await["code"], "wrong_room");
}
