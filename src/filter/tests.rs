//! Tables of what the filter meets and what it does not, and stories of its verdicts.

use super::*;

fn filter(list: &str) -> Filter {
    FilterSpec::parse(list).unwrap().compile().unwrap()
}

/// The spans of the hits, as text.
fn met<'t>(filter: &Filter, text: &'t str) -> Vec<&'t str> {
    filter.judge(text).hits.iter().map(|hit| &text[hit.span.clone()]).collect()
}

#[test]
fn a_word_is_met_however_it_is_written() {
    let listed = filter(
        "shit\nidiot\nviagra\n法轮功\n毒品\n시발\nバカ\nเย็ด\nс\u{443}ка\nfree coins\nscheiße",
    );
    for (text, word) in [
        ("oh SHIT", "SHIT"),
        ("ｓｈｉｔ", "ｓｈｉｔ"),
        ("𝓼𝓱𝓲𝓽", "𝓼𝓱𝓲𝓽"),
        ("🅢🄷🅸🇹", "🅢🄷🅸🇹"),
        ("bullshit", "shit"),
        ("s\u{200b}h\u{ad}i\u{2060}t", "s\u{200b}h\u{ad}i\u{2060}t"),
        ("s\u{202e}hi\u{202c}t", "s\u{202e}hi\u{202c}t"),
        ("s\0hi\u{7}t", "s\0hi\u{7}t"),
        ("shí\u{488}\u{301}t", "shí\u{488}\u{301}t"),
        ("ṩḥĩť", "ṩḥĩť"),
        // Spelled out.
        ("you s h i t you", "s h i t"),
        ("s.h.i.t", "s.h.i.t"),
        ("s, h... i - t!", "s, h... i - t"),
        ("S\u{3000}H\u{3000}I\u{3000}T", "S\u{3000}H\u{3000}I\u{3000}T"),
        ("法 轮 功", "法 轮 功"),
        ("毒 品", "毒 品"),
        ("시 발", "시 발"),
        // Emoji, with and without what belongs to them.
        ("i🙂d🙂i🙂o🙂t", "i🙂d🙂i🙂o🙂t"),
        ("i❤\u{fe0f}d👍🏽i👨\u{200d}👩o🔥t", "i❤\u{fe0f}d👍🏽i👨\u{200d}👩o🔥t"),
        ("free🙂coins", "free🙂coins"),
        ("毒🙂品", "毒🙂品"),
        ("😀s h i t😀", "s h i t"),
        // A single tight separator, and word boundaries.
        ("id-iot", "id-iot"),
        ("(id*iot)", "id*iot"),
        ("sh.it", "sh.it"),
        ("我爱法-轮功啊", "法-轮功"),
        ("买毒*品吗", "毒*品"),
        // Digits and symbols for letters.
        ("5h1t", "5h1t"),
        ("$h!t", "$h!t"),
        ("v1@gr4", "v1@gr4"),
        ("v 1 a g r 4", "v 1 a g r 4"),
        ("５ｈ①ｔ", "５ｈ①ｔ"),
        // As listed, or with fewer separators.
        ("free coins", "free coins"),
        ("FREE-COINS", "FREE-COINS"),
        ("freecoins", "freecoins"),
        ("free  coins", "free  coins"),
        // Scripts: decomposed, half width, jamo, Cyrillic.
        ("\u{1109}\u{1175}\u{1107}\u{1161}\u{11af}", "\u{1109}\u{1175}\u{1107}\u{1161}\u{11af}"),
        ("ㅅㅣ발", "ㅅㅣ발"),
        ("ﾊﾞｶ", "ﾊﾞｶ"),
        ("เย็ด", "เย็ด"),
        ("СУКА", "СУКА"),
        ("SCHEISSE", "SCHEISSE"),
        ("她在练法轮功。", "法轮功"),
    ] {
        assert_eq!(met(&listed, text), [word], "{text:?}");
    }
}

#[test]
fn innocent_text_is_not_met() {
    let listed = filter(
        "shit\npenis\nputa\nass\ntits\ns&m\nc++\n+\u{200b}never\ns m\n他妈的\n毒品\n시발\n개\n각\nはか\nด\n은\n89\ntit",
    );
    for text in [
        // A space or a clause mark joins nothing.
        "push it",
        "his hit",
        "the pen is mine",
        "put a lid on it",
        "he put...a lid on it",
        "pen. Is it?",
        "s hit",
        "is h i there",
        "if s h i t8 is",
        "is h i t",
        "a 5-hit combo",
        "吸 毒 品味",
        "有毒 品质好",
        "我去看他妈，的确",
        "다시 발견",
        // An emoji parts clauses, and a letter or digit is one.
        "his🙂hit",
        "有毒🙂品质好",
        "毒1品",
        "毒v品",
        // A hyphen without word boundaries around it.
        "has-shi-table",
        "fla-s-sy",
        // Numbers are no words.
        "455",
        "7175",
        "A55",
        "T17",
        "t-17",
        "in 45s",
        "71t",
        "455 people",
        "$45",
        "at 5:17",
        "$455, 455$, +455, 455+",
        "A-5-5",
        "8 9",
        "8-9",
        // A term's own symbols must stand there, and a short one's separators.
        "jasmine sm s-ms is mine",
        "cc c c+ +c",
        // A syllable is whole.
        "객",
        "はがき",
        "ดี",
        "ดู",
        "으",
        "\u{1100} \u{1161}\u{11a8}",
        "",
        " ",
        "\u{301}\u{200b}\0",
    ] {
        assert_eq!(met(&listed, text), [""; 0], "{text:?}");
    }
}

#[test]
fn symbols_of_a_term_are_meant() {
    let listed = filter("s&m\nc++\nt.me/\n\\+v\n64\n🔞\nf*ck\n$$$\ne!\nq q");
    for (text, words) in [
        ("S&M", vec!["S&M"]),
        ("s & m", vec!["s & m"]),
        ("s＆m", vec!["s＆m"]),
        ("c++11", vec!["c++"]),
        ("https://t.me/x", vec!["t.me/"]),
        ("tme", vec![]),
        ("加+V看", vec!["+V"]),
        ("v", vec![]),
        ("1964", vec!["64"]),
        ("６４", vec!["６４"]),
        ("ga", vec![]),
        ("a🔞b", vec!["🔞"]),
        ("f*ck", vec!["f*ck"]),
        ("fck", vec![]),
        ("$$$", vec!["$$$"]),
        ("e! 3!", vec!["e!"]),
        ("q q", vec!["q q"]),
        ("qq q-q, qx", vec!["q-q"]),
        ("iq question", vec![]),
    ] {
        assert_eq!(met(&listed, text), words, "{text:?}");
    }
}

#[test]
fn readings_that_meet_are_still_told_apart() {
    // Joined reads `iit` through a clause mark, which is none; leet reads `i!t`. Both end in one state.
    assert_eq!(met(&filter("iit"), "ii!t"), ["i!t"]);
}

#[test]
fn a_whole_word_stands_between_boundaries() {
    let listed = filter("!ass\n!毒");
    for (text, words) in [
        ("ass", vec!["ass"]),
        ("an ASS!", vec!["ASS"]),
        ("_ass_", vec!["ass"]),
        ("class", vec![]),
        ("assume", vec![]),
        ("ass1", vec![]),
        ("ass\u{301}\u{200b}ume", vec![]),
        ("x\u{200b}ass", vec![]),
        ("😀ass😀", vec!["ass"]),
        ("我ass你", vec!["ass"]),
        ("吸毒者", vec!["毒"]),
        ("a5s", vec!["a5s"]),
        ("ba5s", vec![]),
    ] {
        assert_eq!(met(&listed, text), words, "{text:?}");
    }
}

#[test]
fn an_innocent_word_protects_what_is_inside_it() {
    let listed = filter("cunt\nass\nnight rate\ntit\n+scunthorpe\n+pass\n+passage\n+tit\n+nitrate");
    for (text, words) in [
        ("SCUNTHORPE", vec![]),
        ("scunthorp", vec!["cunt"]),
        ("cunt in scunthorpe, cunt", vec!["cunt", "cunt"]),
        ("s-cunt-horpe", vec!["cunt"]),
        ("5cunthorpe", vec!["cunt"]),
        ("pass passage passat", vec![]),
        ("passass", vec!["ass"]),
        ("tit", vec![]),
    ] {
        assert_eq!(met(&listed, text), words, "{text:?}");
    }
    // Of innocent words inside and beside each other, the one that contains the hit counts.
    assert_eq!(met(&filter("ass\n+passage\n+sag"), "passage"), [""; 0]);
    assert_eq!(met(&filter("ass\n+passage\n+sage"), "passage"), [""; 0]);
    // Two innocent words together protect nothing that neither contains.
    assert_eq!(met(&filter("bc\n+ab\n+cd\n+xabz"), "abcd"), ["bc"]);
}

#[test]
fn all_overlapping_hits_are_seen_and_the_gravest_wins() {
    let listed = filter("[abuse tag]\nabcde\nbcd\n[abuse block]\nbc\n[abuse mask]\ncd");
    let verdict = listed.judge("xabcdex");
    assert_eq!(verdict.treatment, Some(Treatment::Block));
    let hits: Vec<_> = verdict.hits.iter().map(|hit| (hit.span.clone(), hit.term)).collect();
    assert_eq!(hits, [(1..6, 0), (2..4, 2), (2..5, 1), (3..5, 3)]);
    assert_eq!(verdict.gravest().map(|hit| hit.term), Some(2));
}

#[test]
fn a_hit_says_how_it_was_written() {
    let listed = filter("[politics]\nnothing\nidiot");
    let verdict = listed.judge("é i-\u{200b}d-1\u{301}-O-t x");
    let expected = Hit {
        span: 3..17,
        term: 1,
        category: Category::Politics,
        treatment: Treatment::Block,
        skipped: 6,
        substituted: 1,
        boundary: true,
        weight: 1,
        disguise: verdict.hits[0].disguise,
    };
    assert_eq!(verdict.hits.as_slice(), [expected]);
    let worn: Vec<_> = verdict.hits[0].disguise.classes().collect();
    assert_eq!(
        worn,
        [
            (Evasion::Case, 1),
            (Evasion::Accents, 1),
            (Evasion::Invisible, 1),
            (Evasion::Separators, 4),
            (Evasion::Leet, 1),
        ]
    );
    let inside = &listed.judge("xidiots").hits[0];
    assert_eq!((inside.skipped, inside.substituted, inside.boundary), (0, 0, false));
}

#[test]
fn more_marks_than_any_language_writes_are_a_flood_and_nothing_invisible_is_a_mark() {
    let listed = filter("[abuse]\nshit");
    let floods = |between: &str| {
        let verdict = listed.judge(&format!("s{between}hit"));
        verdict.hits[0].disguise.of(Evasion::Floods)
    };
    let most = usize::from(Evasion::MARKS);
    assert_eq!([most - 1, most].map(|marks| floods(&"\u{301}".repeat(marks))), [0, 0]);
    assert_eq!(floods(&"\u{301}".repeat(most + 1)), 1);
    assert_eq!(floods(&"\u{301}\u{200b}".repeat(most + 1)), 0);
    assert_eq!(floods(&"\u{200b}".repeat(most + 1)), 0);
}

#[test]
fn a_word_may_end_within_a_character_of_more_than_letters() {
    let listed = filter("[abuse]\nsam\nshi");
    assert_eq!(met(&listed, "s㏂"), ["s㏂"]);
    assert_eq!(met(&listed, "sh⒈"), ["sh⒈"]);
}

#[test]
fn terms_that_fold_alike_are_one_and_the_gravest_counts() {
    let listed = filter("[abuse mask]\nWord\n[abuse block]\nｗｏｒｄ\n[abuse tag]\nwörd\nwo rd");
    let terms: Vec<_> = listed.judge("word").hits.iter().map(|hit| hit.term).collect();
    assert_eq!(terms, [1, 3]);
}

#[test]
fn a_flood_of_hits_is_counted_and_the_gravest_kept_and_all_masked() {
    let listed = filter("[abuse tag]\na\n[abuse mask]\nb\n[abuse block]\nz");
    let text = format!("{}{}zz{}", "a".repeat(60), "b".repeat(40), "b".repeat(10));
    let verdict = listed.judge(&text);
    assert_eq!((verdict.hits.len(), verdict.more), (64, 112 - 64));
    assert_eq!(verdict.treatment, Some(Treatment::Block));
    // The second of them is no graver than the first, and takes nobody's place.
    let blocking = verdict.hits.iter().filter(|hit| hit.treatment == Treatment::Block);
    assert_eq!(blocking.count(), 1);
    assert_eq!(verdict.gravest().map(|hit| hit.span.clone()), Some(100..101));
    assert!(verdict.hits.is_sorted_by_key(Hit::place));
    let masked = listed.mask(&text, &verdict);
    assert_eq!(masked, format!("{}{}zz{}", "a".repeat(60), "*".repeat(40), "*".repeat(10)));
}

#[test]
fn an_id_covers_the_spec_and_the_fold_version() {
    let id = |list: &str| filter(list).id();
    // Written down once: a journal names filters by it.
    assert_eq!(id("[abuse]\nword\n+sword"), FilterId(6_652_797_691_697_181_812));
    let lists = [
        "",
        "word",
        "Word",
        "!word",
        "+word",
        "[abuse]\nword",
        "[abuse tag]\nword",
        "a\nb",
        "b\na",
    ];
    for (at, list) in lists.iter().enumerate() {
        assert!(lists[..at].iter().all(|other| id(other) != id(list)), "{list:?}");
    }
    let spec = FilterSpec::parse("word").unwrap();
    assert_ne!(spec.compile().unwrap().id(), FilterId(stable_hash(&(FOLD_VERSION + 1, &spec))));
}

#[test]
fn a_filter_is_shared_and_says_what_it_holds() {
    fn shared<T: Send + Sync>(_: &T) {}
    let (none, some) = (FilterSpec::new().compile().unwrap(), filter("one\ntwo\nthree"));
    shared(&some);
    assert!(none.judge("anything").is_clean());
    assert!(some.heap_bytes() > none.heap_bytes());
    assert!(format!("{some:?}").starts_with("Filter { id: FilterId("));
}

#[test]
fn a_filter_names_its_terms() {
    let list = "[abuse]\n!einszwei *7\n[politics hold]\n主题\n[custom:9]\n\\#tag # why\n+innocent\n~leet off";
    let spec = FilterSpec::parse(list).unwrap();
    let filter = spec.compile().unwrap();
    let told: Vec<_> = (0..3).map(|number| filter.term(number).unwrap()).collect();
    assert_eq!(filter.terms().collect::<Vec<_>>(), told);
    assert_eq!((filter.terms().len(), filter.term(3), filter.term(u32::MAX)), (3, None, None));
    for (term, listed) in spec.terms().iter().zip(told) {
        let treatment = term.treatment.unwrap_or(spec.treatment(term.category));
        assert_eq!(
            (listed.text, listed.category, listed.treatment, listed.boundary, listed.weight),
            (&*term.text, term.category, treatment, term.boundary, term.weight)
        );
    }
    assert_eq!([Evasion::Leet, Evasion::Case].map(|it| filter.reach(it)), [Reach::Off, Reach::On]);
    assert_eq!(FilterSpec::new().compile().unwrap().term(0), None);
}

#[test]
fn each_class_is_met_and_can_be_switched_off() {
    for (class, list, text) in [
        (Evasion::Chinese, "法轮功", "法輪功"),
        (Evasion::Chinese, "發財", "发财"),
        (Evasion::LookAlikes, "shit", "ѕhіt"),
        (Evasion::LookAlikes, "copy", "сору"),
        (Evasion::LookAlikes, "сука", "cyka"),
        (Evasion::LookAlikes, "сука", "cукa"),
        (Evasion::Turned, "idiot", "idioʇ"),
        (Evasion::Repeats, "shit", "shiiiit"),
        (Evasion::Repeats, "shit", "sshhiitt"),
        (Evasion::Repeats, "hello", "helllllo"),
        (Evasion::Repeats, "法轮功", "法法轮轮功功"),
        (Evasion::Floods, "shit", "s\u{301}\u{302}\u{303}\u{304}\u{305}hit"),
        (Evasion::Enclosed, "shit", "ⓢⓗⓘⓣ"),
        (Evasion::Leet, "shit", "5h1t"),
        (Evasion::Separators, "shit", "s h i t"),
        (Evasion::Bidi, "shit", "s\u{202e}hit"),
        (Evasion::Invisible, "shit", "s\u{200b}hit"),
        (Evasion::Accents, "café", "cafe"),
        (Evasion::Compatibility, "fish", "ﬁsh"),
        (Evasion::Case, "Word", "word"),
        (Evasion::Width, "word", "ｗord"),
    ] {
        let mut spec = FilterSpec::parse(list).unwrap();
        let filter = spec.compile().unwrap();
        assert_eq!(met(&filter, text), [text], "{class}");
        assert_eq!(met(&filter, list), [list], "{class}: {list} itself");
        // What is listed in disguise may be written without.
        let worn = [text, list].map(|text| filter.judge(text).hits[0].disguise.of(class));
        assert!(worn[0] + worn[1] > 0, "{class}: {text}");
        spec.set_reach(class, Reach::Off);
        assert_eq!(met(&spec.compile().unwrap(), text), [""; 0], "{class}");
        assert_eq!(met(&spec.compile().unwrap(), list), [list], "{class}: {list} itself");
    }
}

#[test]
fn what_only_resembles_is_not_met() {
    // What is written out stands in what is repeated.
    assert_eq!(met(&filter("ass"), "assss"), ["ass", "assss"]);
    // Three on end are a word of their own.
    assert_eq!(met(&filter("www"), "wwww."), ["www", "www"]);
    let listed = filter("god\nass\ncop\nсор\nhello\nad");
    for (text, words) in [
        ("good", vec![]),
        ("a as has", vec![]),
        // Both are listed, and are words by themselves: neither is the other.
        ("сор", vec!["сор"]),
        ("cop", vec!["cop"]),
        ("add", vec!["ad"]),
        ("aadd", vec!["ad"]),
        ("helo", vec![]),
    ] {
        assert_eq!(met(&listed, text), words, "{text:?}");
    }
}

#[test]
fn weights_are_added_up() {
    let listed = filter("one *5\ntwo\n\\three *7\n!four *0");
    let verdict = listed.judge("one two three *7 four one");
    assert_eq!(verdict.weight, 5 + 1 + 1 + 5);
    assert_eq!(verdict.hits[2].weight, 1);
}

#[test]
fn a_class_that_is_off_may_leave_too_many_letters() {
    let mut spec = FilterSpec::new();
    spec.add(Term::new("\u{1d5}".repeat(64), Category::Abuse)).unwrap();
    assert!(spec.compile().is_ok());
    spec.set_reach(Evasion::Accents, Reach::Off);
    let refused = FilterError::TooManyLetters { at: Origin::Term(0), limit: 128 };
    assert_eq!(spec.compile().err(), Some(refused));
}

#[test]
fn a_hundred_thousand_words_hold_under_16_mib() {
    // Of 2 to 4 of the first 3,000 ideographs each, as a Chinese list has them.
    let mut seed = 1_u64;
    let mut below = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    let mut words = std::collections::BTreeSet::new();
    while words.len() < 100_000 {
        let length = 2 + below(3);
        let one = |_| char::from_u32(0x4e00 + u32::try_from(below(3_000)).unwrap()).unwrap();
        words.insert((0..length).map(one).collect::<String>());
    }
    let list: Vec<_> = words.into_iter().collect();
    let heap = filter(&list.join("\n")).heap_bytes();
    assert!(heap < 16 << 20, "{heap} bytes");
}

/// What costs most: at each place many words end, all are innocent or all are kept, and nothing is short.
#[test]
fn hostile_texts_of_64_kib_are_judged() {
    let nested = |most: usize| -> String { (1..=most).map(|n| "a".repeat(n) + "\n").collect() };
    let hostile =
        |most| filter(&format!("[abuse]\n{}+aaa\n+ab\nf u c k\n法轮功\nc++", nested(most)));
    let size = 65_536;
    let units = [
        "a",
        "A\u{301}",
        "\u{301}",
        "\0",
        "\u{202e}",
        "f ",
        "法",
        "輪а",
        "c+",
        "4a",
        "ʇɐ",
        "a!",
        "\u{fdfa}",
        "🏳\u{fe0f}\u{200d}",
    ];
    // The time is the size times the words that end at one place: each is at its most by itself.
    let (long, deep) = (hostile(8), hostile(100));
    for unit in units {
        for (listed, size) in [(&long, size), (&deep, size / 16)] {
            let text = unit.repeat(size / unit.len());
            let verdict = listed.judge(&text);
            assert!(listed.mask(&text, &verdict).len() <= text.len());
        }
    }
    let listed = long;
    let zalgo = format!("a{}a", "\u{301}".repeat(size / 2));
    assert_eq!(met(&listed, &zalgo), ["a", &zalgo, "a"]);
    // Each of a run of letters ends the word; it is walked over once.
    let run = format!("fuc{}", "k".repeat(size));
    assert_eq!(met(&listed, &run), ["fuck", &run]);
    let spread = format!("f{}u{}ck", "f".repeat(size / 2), "u".repeat(size / 2));
    assert_eq!(met(&listed, &spread), [&spread]);
}
