//! What would have been, as the owner asks.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{Client, host};

/// What is said is looked back at once it went round, a moment after its author has the answer.
async fn previewed(mia: &mut Client, list: &str, judged: u64) -> Value {
    for _ in 0..500 {
        let done = mia.act(json!({"do": "preview", "text": list})).await;
        if done["preview"]["judged"] == judged {
            return done["preview"].clone();
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{judged} were never judged");
}

#[tokio::test]
async fn a_word_list_is_previewed_on_what_was_said_as_it_was_said() {
    let host = host();
    let (mut ann, welcome) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    // Masked, turned away, and delivered as they are.
    for text in ["you stupid idiot", "zorgblatt", "so I-D-I-O-T", "nothing"] {
        ann.say(text).await;
    }
    let list = "[custom:1 block]\nzorgblatt\n[abuse hold]\nidiot";
    let preview = previewed(&mut mia, list, 4).await;
    assert_eq!((&preview["block"], &preview["hold"]), (&json!(1), &json!(2)));
    // The list in force turns the one away as well, and masks the others.
    assert_eq!((&preview["new"]["hold"], &preview["new"]["block"]), (&json!(0), &json!(0)));
    assert_eq!((&preview["changed"], &preview["gone"]), (&json!(2), &json!(0)));
    let newest = &preview["met"][0];
    assert_eq!((&newest["nick"], &newest["user"]), (&json!("Ann"), &welcome["me"]["user"]));
    assert_eq!((&newest["text"], &newest["words"]), (&json!("so I-D-I-O-T"), &json!("I-D-I-O-T")));
    assert_eq!((&newest["term"], &newest["treatment"]), (&json!("idiot"), &json!("hold")));
    assert_eq!(preview["met"][1]["text"], "you stupid idiot", "as it was sent");
    assert_eq!(preview["met"].as_array().unwrap().len(), 2, "in which the lists differ");
    let other = previewed(&mut mia, "[advertising hold]\nnothing", 4).await;
    let numbers = ["hold", "changed", "gone"].map(|name| other[name].as_u64().unwrap());
    assert_eq!((numbers, &other["new"]["hold"]), ([1, 0, 3], &json!(1)));
    let hows: Vec<_> = other["met"].as_array().unwrap().iter().map(|met| &met["how"]).collect();
    assert_eq!(hows, ["new", "gone", "gone", "gone"]);
    assert_eq!(other["met"][1]["term"], "idiot", "as the list in force calls it");
    // Nothing is in force by being looked at.
    assert_eq!(ann.say("zorgblatts idiots").await["reason"], "filter");
    let wrong = mia.act(json!({"do": "preview", "text": "[nonsense]\nx"})).await;
    assert_eq!((&wrong["state"], &wrong["code"]), (&json!("refused"), &json!("words")));
}

#[tokio::test]
async fn the_owner_sees_what_another_rate_and_another_list_would_have_done() {
    let host = host();
    let (mut ann, _) = Client::joined(&host, "Ann").await;
    let (mut mia, _) = Client::owner(&host, "live").await;
    for number in 0..12 {
        ann.say(&format!("hello, number {number}")).await;
    }
    previewed(&mut mia, "[custom:1 block]\nnothing", 12).await;
    let what_if = |rates: &[u32], text: Option<&str>| json!({"do": "what_if", "rates": rates, "burst": 1, "reserve": 0, "text": text});
    let done = mia.act(what_if(&[1, 100_000], None)).await;
    let told = &done["what_if"];
    let count = |point: &Value, name: &str| point[name].as_u64().unwrap();
    let (slow, fast) = (&told["points"][0], &told["points"][1]);
    assert_eq!((count(slow, "rate"), count(fast, "rate")), (1, 100_000));
    assert!(count(slow, "lost") > 0 && count(slow, "lost") >= count(fast, "lost"), "{told}");
    assert_eq!(count(fast, "delivered"), 12, "{told}");
    assert_eq!(told["differing"][0]["how"], "lost");
    assert_eq!(told["differing"][0]["was"], "delivered");
    let done = mia.act(what_if(&[100_000], Some("[custom:1 block]\nnumber 0"))).await;
    let told = &done["what_if"];
    assert_eq!((count(&told["points"][0], "rejected"), count(&told["points"][0], "lost")), (1, 1));
    let differing = &told["differing"][0];
    assert_eq!(
        (&differing["text"], &differing["would"]),
        (&json!("hello, number 0"), &json!("filter"))
    );
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused() {
    let host = host();
    let (mut mia, _) = Client::owner(&host, "live").await;
    for (rates, burst, reserve) in
        [(vec![], 4, 1), (vec![40; 9], 4, 1), (vec![0], 4, 1), (vec![40], 1, 1)]
    {
        let deed = json!({"do": "what_if", "rates": rates, "burst": burst, "reserve": reserve});
        let done = mia.act(deed.clone()).await;
        assert_eq!(
            (&done["state"], &done["code"]),
            (&json!("refused"), &json!("traffic")),
            "{deed}"
        );
    }
    let deed = json!({"do": "what_if", "rates": [40], "burst": 4, "reserve": 1, "text": "[x]"});
    assert_eq!(mia.act(deed).await["code"], "words");
}
