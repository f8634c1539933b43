//! A minute of a flooded room, and what would have become of it at twice the rate.
//!
//! `cargo run --example what_if`

use std::{error::Error, time::Duration};

use liveroom::{
    Author, Command, Contrast, Creation, Difference, GroupConfig, GroupId, HashKey, Kind, Output,
    Priority, Profile, Rate, Record, Snapshot, Timestamp, what_if,
};

const KEY: HashKey = HashKey::new(1, 2);

fn main() -> Result<(), Box<dyn Error>> {
    let (start, records) = flooded_minute()?;
    for rate in [40, 80] {
        let rate = Rate::per_second(rate).ok_or("a rate is not zero")?;
        let set = |settings: &mut liveroom::Settings| settings.traffic.rate = rate;
        let difference = what_if(start.clone(), &[], KEY, records.iter().cloned(), set)?;
        println!("at {} a second", rate.get());
        tell(&difference);
    }
    Ok(())
}

/// Fifty people who speak once in a second each, one who speaks twenty times, and a gift now and then.
fn flooded_minute() -> Result<(Snapshot, Vec<Record>), Box<dyn Error>> {
    let mut settings = GroupConfig::livestream().settings().clone();
    settings.journal = true;
    let creation = Creation::named("Friday night").config(settings.build()?);
    let mut now = Timestamp::from_secs(1_600_000_000);
    let mut group = creation.build(now, GroupId::custom("friday")?, KEY)?;
    let (start, mut records) = (group.snapshot(), Vec::new());
    for turn in 0..60 * 100_u32 {
        now += Duration::from_millis(10);
        let mut say = |user: String, command| {
            let by = Author::AppAs { user: user.parse()?, profile: Profile::nick(&user) };
            group.push(now, by, command)?;
            Ok::<_, Box<dyn Error>>(())
        };
        if turn % 2 == 0 {
            say(format!("viewer{}", turn / 2 % 50), Command::text("bravo!"))?;
        }
        if turn % 5 == 0 {
            say("flooder".to_owned(), Command::text("look at me"))?;
        }
        if turn % 200 == 0 {
            say("fan".to_owned(), Command::custom(Kind::Gift, "rose"))?;
        }
        while let Some(output) = group.poll() {
            if let Output::Record(record) = output {
                records.push(record);
            }
        }
    }
    Ok((start, records))
}

fn tell(difference: &Difference) {
    for priority in [Priority::High, Priority::Normal] {
        let (was, would) = (&difference.was[priority], &difference.would[priority]);
        println!(
            "  {priority}: {} of {} delivered, were {}",
            would.delivered,
            would.messages(),
            was.delivered
        );
        let mean = |delay: Duration, count: u64| delay.as_millis() / u128::from(count.max(1));
        println!(
            "    after {} ms in the mean, were {}",
            mean(would.delay, would.delivered),
            mean(was.delay, was.delivered),
        );
    }
    for contrast in Contrast::ALL {
        println!("  {contrast:?}: {}", difference.count(contrast));
    }
    let gained = difference.differing.iter().find(|differing| differing.how == Contrast::Gained);
    if let Some(first) = gained {
        let author = first.author.as_ref().map_or("the app", |author| author.as_str());
        println!("  first: {:?} of {author}, {:?} then", first.text, first.was);
    }
}
