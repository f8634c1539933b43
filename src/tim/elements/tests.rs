use proptest::prelude::*;

use super::*;

fn read(json: &str) -> Result<Element, Code> {
    let element: MsgElement = serde_json::from_str(json).map_err(|_| Code::BAD_JSON)?;
    element.try_into().map_err(|failure: Failure| failure.code)
}

fn write(element: &Element) -> String {
    serde_json::to_string(&MsgElement::from(element)).unwrap()
}

/// What each element is on the wire, as the modelled service's pages have it.
#[test]
fn elements_read_and_write_the_modelled_services_form() {
    let cases = [
        (r#"{"MsgType":"TIMTextElem","MsgContent":{"Text":"hi"}}"#, Element::Text("hi".into())),
        (
            r#"{"MsgType":"TIMFaceElem","MsgContent":{"Index":6,"Data":"x"}}"#,
            Element::Face { index: 6, data: "x".into() },
        ),
        (
            r#"{"MsgType":"TIMCustomElem","MsgContent":{"Data":"a","Desc":"b","Ext":"c","Sound":""}}"#,
            Element::Custom { data: "a".into(), description: "b".into(), extension: "c".into() },
        ),
        (
            r#"{"MsgType":"TIMLocationElem","MsgContent":{"Desc":"here","Latitude":29.340656774469956,"Longitude":-116.77497920478824}}"#,
            Element::Location {
                description: "here".into(),
                latitude_e7: 293_406_567,
                longitude_e7: -1_167_749_792,
            },
        ),
        (
            r#"{"MsgType":"TIMSoundElem","MsgContent":{"Url":"u","UUID":"i","Size":62351,"Second":1,"Download_Flag":2}}"#,
            Element::Sound(
                Media {
                    url: "u".into(),
                    uuid: "i".into(),
                    size: 62_351,
                    seconds: 1,
                    ..Media::default()
                }
                .into(),
            ),
        ),
        (
            r#"{"MsgType":"TIMFileElem","MsgContent":{"Url":"u","UUID":"i","FileSize":7,"FileName":"f","Download_Flag":2}}"#,
            Element::File(
                Media {
                    url: "u".into(),
                    uuid: "i".into(),
                    size: 7,
                    format: "f".into(),
                    ..Media::default()
                }
                .into(),
            ),
        ),
        (
            r#"{"MsgType":"TIMRelayElem","MsgContent":{"Title":"t","MsgNum":1,"AbstractList":["a"],"CompatibleText":"c","MsgList":[{"From_Account":"ann"}]}}"#,
            Element::Merger {
                title: "t".into(),
                abstracts: vec!["a".into()],
                fallback: "c".into(),
                messages: vec![r#"{"From_Account":"ann"}"#.into()],
            },
        ),
    ];
    for (json, element) in cases {
        assert_eq!(read(json), Ok(element.clone()), "{json}");
        assert_eq!(read(&write(&element)), Ok(element.clone()), "{json}");
        if !matches!(element, Element::Location { .. }) {
            assert_eq!(write(&element), json);
        }
    }
}

#[test]
fn the_sizes_of_a_picture_keep_their_types() {
    let json = r#"{"MsgType":"TIMImageElem","MsgContent":{"UUID":"i","ImageFormat":3,"ImageInfoArray":[{"Type":3,"Size":1,"Width":2,"Height":3,"URL":"thumb"},{"Type":1,"Size":4,"Width":5,"Height":6,"URL":"original"}]}}"#;
    let Ok(Element::Image(sizes)) = read(json) else { panic!("a picture") };
    let urls: Vec<_> = sizes.iter().map(|media| media.url.as_str()).collect();
    assert_eq!(urls, ["original", "", "thumb"]);
    assert_eq!((sizes[0].format.as_str(), sizes[2].uuid.as_str()), ("PNG", "i"));
    let MsgElement::Image(image) = MsgElement::from(&Element::Image(sizes)) else { panic!() };
    let types: Vec<_> = image.image_info_array.iter().map(|size| size.r#type).collect();
    assert_eq!((image.image_format, types), (3, vec![1, 3]));
    for wrong in ["\"Type\":0", "\"Type\":4", "\"Type\":1"] {
        assert_eq!(read(&json.replace("\"Type\":3", wrong)), Err(Code::BAD_PARAMETER), "{wrong}");
    }
}

#[test]
fn a_video_keeps_its_still() {
    let json = r#"{"MsgType":"TIMVideoFileElem","MsgContent":{"VideoUrl":"v","VideoUUID":"i","VideoSize":1,"VideoSecond":2,"VideoFormat":"mp4","VideoDownloadFlag":2,"ThumbUrl":"t","ThumbUUID":"j","ThumbSize":3,"ThumbWidth":4,"ThumbHeight":5,"ThumbFormat":"JPG","ThumbDownloadFlag":2}}"#;
    let element = read(json).unwrap();
    assert_eq!(write(&element), json);
    let Element::Video { clip, thumbnail } = element else { panic!("a video") };
    assert_eq!((clip.seconds, thumbnail.width, thumbnail.height), (2, 4, 5));
}

#[test]
fn unknown_fields_are_passed_over_and_missing_ones_are_empty() {
    let json = r#"{"MsgContent":{"Text":"hi","New":[1]},"MsgType":"TIMTextElem","More":{}}"#;
    assert_eq!(read(json), Ok(Element::Text("hi".into())));
    let json = r#"{"MsgType":"TIMCustomElem","MsgContent":{"Data":null}}"#;
    assert!(matches!(read(json), Ok(Element::Custom { data, .. }) if data.is_empty()));
    for wrong in [
        r#"{"MsgType":"TIMTextElem"}"#,
        r#"{"MsgType":"TIMNoneElem","MsgContent":{}}"#,
        r#"{"MsgType":"TIMTextElem","MsgContent":{"Text":7}}"#,
        r#"{"MsgType":"TIMFaceElem","MsgContent":{"Index":-1}}"#,
        r#"{"MsgType":"TIMLocationElem","MsgContent":{"Latitude":1}}"#,
        r#"[]"#,
    ] {
        assert_eq!(read(wrong), Err(Code::BAD_JSON), "{wrong}");
    }
}

#[test]
fn degrees_are_exact_to_the_seventh_place_and_on_earth() {
    let of = |text: &str| degrees(&text.parse().unwrap(), 180).map_err(|failure| failure.code);
    for (text, e7) in [
        ("0", 0),
        ("-0.0", 0),
        ("180", 1_800_000_000),
        ("-180", -1_800_000_000),
        ("0.0000001", 1),
        ("1e-7", 1),
        ("1e-300", 0),
        ("1.5e1", 150_000_000),
        ("113.9530001", 1_139_530_001),
    ] {
        assert_eq!(of(text), Ok(e7), "{text}");
    }
    for text in ["180.0000001", "-181", "1e10", "1e300", "9007199254740993"] {
        assert_eq!(of(text), Err(Code::BAD_PARAMETER), "{text}");
    }
    assert_eq!(degrees(&"90.1".parse().unwrap(), 90).unwrap_err().code, Code::BAD_PARAMETER);
}

#[test]
fn a_directive_without_words_says_whom_it_removes() {
    let mut message = crate::tim::events::tests::message();
    message.content = Content::default();
    let users = ["bob".parse().unwrap()].into_iter().collect();
    message.directive = Some(Directive::Leave { users });
    let body = message_body(&message);
    let [MsgElement::Custom(custom)] = body.as_slice() else { panic!("one custom element") };
    assert_eq!(custom.data, r#"{"Members_Account":["bob"]}"#);
}

fn media() -> impl Strategy<Value = Box<Media>> {
    (".{1,9}", ".{0,9}", any::<u64>(), any::<u32>(), any::<u32>()).prop_map(
        |(url, uuid, size, width, height)| {
            Media { url, uuid, size, format: "GIF".into(), seconds: 0, width, height }.into()
        },
    )
}

fn element() -> impl Strategy<Value = Element> {
    let clip = (media(), any::<u32>()).prop_map(|(mut clip, seconds)| {
        (clip.seconds, clip.width, clip.height) = (seconds, 0, 0);
        clip
    });
    prop_oneof![
        ".{0,20}".prop_map(Element::Text),
        (".{0,9}", ".{0,9}", ".{0,9}").prop_map(|(data, description, extension)| {
            Element::Custom { data, description, extension }
        }),
        (any::<u32>(), ".{0,9}").prop_map(|(index, data)| Element::Face { index, data }),
        media().prop_map(|media| Element::Image([media].into_iter().collect())),
        (clip, media()).prop_map(|(clip, thumbnail)| Element::Video { clip, thumbnail }),
        (".{0,9}", -900_000_000..=900_000_000, -1_800_000_000..=1_800_000_000).prop_map(
            |(description, latitude_e7, longitude_e7)| Element::Location {
                description,
                latitude_e7,
                longitude_e7
            }
        ),
        (".{0,9}", prop::collection::vec(".{0,9}", 0..4)).prop_map(|(title, abstracts)| {
            Element::Merger {
                title,
                abstracts,
                fallback: String::new(),
                messages: vec!["[7]".into()],
            }
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(
        elements in prop::collection::vec(element(), 0..5), data in ".{0,9}",
    ) {
        let written = Content { elements: elements.into(), data: data.clone() };
        let json = serde_json::to_string(&body(&written)).unwrap();
        prop_assert_eq!(content(serde_json::from_str(&json).unwrap(), data), Ok(written));
    }

    #[test]
    fn hostile_numbers_never_panic(text in "-?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?") {
        if let Ok(number) = text.parse() {
            let _ = degrees(&number, 180);
        }
    }
}
