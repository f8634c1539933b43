//! What stands on the screen, read from it as somebody would.

use std::time::Duration;

use liveroom::{Command, Discard, Kind, Priority};

use crate::{
    app::App,
    headless::{Script, play, render},
    input::{Act, letter_act},
    knobs::{Knob, Turn},
};

const WIDE: (u16, u16) = (120, 40);
const SMALL: (u16, u16) = (80, 24);

/// A world in which nobody speaks unless a test says so, and the bucket is full.
fn quiet() -> App {
    let mut app = App::new(1);
    app.world.hush();
    app.pass(Duration::from_secs(1));
    app
}

fn say(app: &mut App, name: &str, times: usize) {
    for _ in 0..times {
        app.world.say(name, Command::text("hello"));
    }
}

/// The lines of a pane, found by a word of its title, without its border.
fn pane(screen: &str, title: &str) -> Vec<String> {
    let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
    let at = |line: &Vec<char>| {
        let corners = line.iter().enumerate().filter(|(_, letter)| **letter == '┌');
        let mut panes = corners.map(|(left, _)| {
            let right = left + line[left..].iter().position(|letter| *letter == '┐').unwrap();
            (left, right)
        });
        panes.find(|(left, right)| line[*left..*right].iter().collect::<String>().contains(title))
    };
    let (top, (left, right)) = (0..)
        .zip(&lines)
        .find_map(|(row, line)| at(line).map(|columns| (row, columns)))
        .unwrap_or_else(|| panic!("no pane {title} in\n{screen}"));
    let inside = lines[top + 1..].iter().take_while(|line| line[left] != '└');
    inside
        .map(|line| line[left + 1..right].iter().collect::<String>().trim_end().to_owned())
        .collect()
}

fn numbers(line: &str) -> Vec<u64> {
    let words = line.split(|letter: char| !letter.is_ascii_digit());
    words.filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect()
}

#[test]
fn the_account_on_the_screen_is_the_groups_and_adds_up() {
    let mut app = App::new(5);
    app.act(Act::Flood);
    app.pass(Duration::from_secs(30));
    let stats = app.world.group().stats();
    for size in [WIDE, SMALL] {
        let table = pane(&render(&app, size), "every equation holds");
        for (line, priority) in table[1..].iter().zip(Priority::ALL) {
            let flow = stats.flow[priority];
            let (rejected, discarded) =
                (flow.rejected.iter().sum::<u64>(), flow.discarded.iter().sum::<u64>());
            assert!(line.starts_with(&priority.to_string()) && line.ends_with('✓'), "{line}");
            let told = numbers(line);
            let flow =
                [flow.accepted, flow.delivered, rejected, discarded, flow.waiting, flow.held];
            assert_eq!(told, flow, "{line}");
            assert_eq!(told[0], told[1..].iter().sum::<u64>());
        }
    }
    let expired: u64 =
        stats.flow.0.iter().map(|flow| flow.discarded[Discard::Expired as usize]).sum();
    let table = pane(&render(&app, WIDE), "outcomes").join("\n");
    assert!(expired > 0 && table.contains(&format!("Expired {expired}")), "{table}");
}

#[test]
fn an_equation_that_does_not_hold_is_told() {
    let mut app = quiet();
    app.world.forge_an_offer();
    let screen = render(&app, WIDE);
    assert!(screen.contains("BROKEN: offered = refused + accepted"), "{screen}");
}

#[test]
fn a_gift_overtakes_the_texts_that_wait() {
    let mut app = quiet();
    app.world.configure(Knob::Reserve, Turn::Down).unwrap();
    say(&mut app, "ann", 6);
    app.world.say("gil", Command::custom(Kind::Gift, "a rose"));
    let screen = render(&app, WIDE);
    let (high, normal) = (pane(&screen, " High "), pane(&screen, " Normal "));
    assert_eq!(high[0], "▶ next in 25ms");
    assert!(high[1].starts_with("gil") && high[1].ends_with("2000"), "{high:?}");
    assert_eq!(normal[0], "behind others");
    assert!(normal[1].starts_with("ann") && normal[2].starts_with("ann"), "{normal:?}");

    app.act(Act::Step);
    let screen = render(&app, WIDE);
    let (high, normal, log) =
        (pane(&screen, " High "), pane(&screen, " Normal "), pane(&screen, "log"));
    assert_eq!(high[0], "nobody waits");
    assert_eq!(normal[0], "▶ next in 25ms");
    assert!(normal[2].starts_with("ann"), "both texts still wait: {normal:?}");
    assert!(log[6].contains("High   gil: a rose"), "{log:?}");
    let decided = pane(&screen, "decided last").join(" ");
    assert!(
        decided.contains("gil gift: waited behind nobody, delivered after 25ms as"),
        "{decided}"
    );
}

#[test]
fn a_lane_stands_in_the_order_of_its_turns_with_bars_that_shrink() {
    let mut app = quiet();
    say(&mut app, "max", 6);
    say(&mut app, "ann", 1);
    let names = |lane: &[String]| -> Vec<String> {
        lane[1..]
            .iter()
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect()
    };
    let first = pane(&render(&app, WIDE), " Normal ");
    assert_eq!(names(&first), ["max", "ann", "max", "max"]);
    app.pass(Duration::from_millis(10));
    let later = pane(&render(&app, WIDE), " Normal ");
    let full = |line: &str| line.chars().filter(|letter| *letter == '█').count();
    assert_eq!(names(&later), names(&first));
    assert!(full(&later[1]) < full(&first[1]), "{} then {}", first[1], later[1]);
    assert!(first[1].ends_with("250") && later[1].ends_with("240"));
}

#[test]
fn the_bucket_says_who_may_pass_and_when_the_others_may() {
    let mut app = quiet();
    let bucket = |app: &App| pane(&render(app, WIDE), "40/s, each 25ms, burst 4, reserve 1");
    let full = bucket(&app);
    assert!(!full[0].contains('█') && full[0].contains('▒'), "{full:?}");
    assert!(full[1].contains("^others") && full[1].contains("^High"), "{full:?}");
    assert_eq!(full[2], "High   open, 4 at once");
    assert_eq!(full[3], "Normal open, 3 at once");
    say(&mut app, "ann", 4);
    let used = bucket(&app);
    assert!(used[0].contains("tat +75"), "{used:?}");
    assert_eq!(used[2], "High   open, 1 at once");
    assert_eq!(used[3], "Normal closed, opens in 25ms  1 wait");
    app.act(Act::Step);
    assert!(
        bucket(&app)[3].starts_with("Normal closed, opens in 25ms"),
        "another one took its place"
    );
}

#[test]
fn one_who_never_stops_gets_no_more_than_another_who_waits() {
    let mut app = quiet();
    for _ in 0..10 {
        say(&mut app, "max", 9);
        say(&mut app, "ann", 3);
        app.pass(Duration::from_millis(100));
    }
    let authors = pane(&render(&app, WIDE), "delivered of offered");
    let (max, ann) = (numbers(&authors[0]), numbers(&authors[1]));
    assert!(authors[0].starts_with("max") && authors[1].starts_with("ann"), "{authors:?}");
    assert_eq!((max[1], ann[1]), (90, 30));
    assert!(max[0] + ann[0] >= 40, "the rate is used: {authors:?}");
    assert!(ann[0] >= max[0].min(30) - 5, "{authors:?}");
    assert!(authors[0].contains('░'), "{authors:?}");
}

#[test]
fn what_a_key_did_is_told_and_a_refused_knob_in_the_librarys_words() {
    let mut app = quiet();
    for (letter, told) in [
        ('m', "max is muted"),
        ('R', "the rate is 50 a second"),
        ('W', "below High a message waits 500 ms"),
        ('n', "a notice, which no rate limits"),
        ('M', "all are muted"),
        ('[', "time ×1/10"),
        (' ', "time paused"),
    ] {
        app.act(letter_act(letter).unwrap());
        let screen = render(&app, WIDE);
        assert!(screen.contains(told), "{told} in\n{screen}");
    }
    for _ in 0..3 {
        app.act(Act::Turn(Knob::Reserve, Turn::Up));
    }
    assert!(render(&app, WIDE).contains("no: traffic.reserve must be less than traffic.burst"));
    assert!(render(&app, WIDE).contains("Notice the break is over"));
}

#[test]
fn a_small_screen_shows_the_other_panes_by_turns() {
    let mut app = quiet();
    for title in ["decided last", "delivered of offered", "log", "decided last"] {
        pane(&render(&app, SMALL), title);
        app.act(Act::Tab);
    }
}

#[test]
fn every_size_is_drawn() {
    let mut app = App::new(2);
    app.act(Act::Flood);
    app.pass(Duration::from_secs(400));
    for size in [(1, 1), (59, 20), (60, 20), (80, 24), (109, 60), (110, 34), (400, 10), (300, 100)]
    {
        assert_eq!(render(&app, size).lines().count(), usize::from(size.1));
    }
}

#[test]
fn the_same_seed_and_keys_show_the_same() {
    let text = |seed| {
        let every = Duration::from_millis(50);
        let script = Script { frames: 20, keys: "f...+.[..gs", every, size: WIDE };
        play(&mut App::new(seed), &script)
    };
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}
