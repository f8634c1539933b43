//! What a message says: the elements of the modelled service (`MsgBody`), to and from [`Element`].
//!
//! An element that holds something of no place here loses it: the `Sound` of a custom element, which
//! is for push notifications, and `Download_Flag`, which is always 2. Formats of pictures are known
//! by name (`JPG`, `GIF`, `PNG`, `BMP`), and any other is number 255.
//!
//! The sizes of a picture are told apart by `Type`: 1 the original, 2 large, 3 a thumbnail. In an
//! [`Element::Image`] they stand in that order; one that is not there, before one that is, is empty.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use smallvec::SmallVec;

use crate::{
    message::{Content, Directive, Element, Media, Message},
    tim::{
        codes::{Code, Failure},
        wire::or_default,
    },
};

/// One element, as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "MsgType", content = "MsgContent")]
pub enum MsgElement {
    /// Words.
    #[serde(rename = "TIMTextElem")]
    Text(Text),
    /// A place on earth.
    #[serde(rename = "TIMLocationElem")]
    Location(Location),
    /// An emoticon.
    #[serde(rename = "TIMFaceElem")]
    Face(Face),
    /// Anything of the app's own.
    #[serde(rename = "TIMCustomElem")]
    Custom(Custom),
    /// A sound.
    #[serde(rename = "TIMSoundElem")]
    Sound(Sound),
    /// A picture.
    #[serde(rename = "TIMImageElem")]
    Image(Image),
    /// A file.
    #[serde(rename = "TIMFileElem")]
    File(File),
    /// A video.
    #[serde(rename = "TIMVideoFileElem")]
    Video(Video),
    /// Several messages forwarded as one.
    #[serde(rename = "TIMRelayElem")]
    Relay(Relay),
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        ///
        /// The fields are the modelled service's; those left out are empty.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "PascalCase")]
        #[expect(missing_docs, reason = "the modelled service's pages describe them")]
        pub struct $name {
            $($(#[$attribute])* #[serde(default, deserialize_with = "or_default")] pub $field: $type,)*
        }
    )*};
}

forms! {
    /// `TIMTextElem`.
    Text { text: String, }
    /// `TIMFaceElem`.
    Face { index: u32, data: String, }
    /// `TIMCustomElem`.
    Custom { data: String, desc: String, ext: String, sound: String, }
    /// `TIMSoundElem`.
    Sound {
        url: String,
        #[serde(rename = "UUID")]
        uuid: String,
        size: u64,
        second: u32,
        #[serde(rename = "Download_Flag")]
        download_flag: u8,
    }
    /// `TIMImageElem`.
    Image {
        #[serde(rename = "UUID")]
        uuid: String,
        image_format: u8,
        image_info_array: Vec<ImageSize>,
    }
    /// One size of a picture.
    ImageSize {
        r#type: u8,
        size: u64,
        width: u32,
        height: u32,
        #[serde(rename = "URL")]
        url: String,
    }
    /// `TIMFileElem`.
    File {
        url: String,
        #[serde(rename = "UUID")]
        uuid: String,
        file_size: u64,
        file_name: String,
        #[serde(rename = "Download_Flag")]
        download_flag: u8,
    }
    /// `TIMVideoFileElem`.
    Video {
        video_url: String,
        #[serde(rename = "VideoUUID")]
        video_uuid: String,
        video_size: u64,
        video_second: u32,
        video_format: String,
        video_download_flag: u8,
        thumb_url: String,
        #[serde(rename = "ThumbUUID")]
        thumb_uuid: String,
        thumb_size: u64,
        thumb_width: u32,
        thumb_height: u32,
        thumb_format: String,
        thumb_download_flag: u8,
    }
    /// `TIMRelayElem`.
    Relay {
        title: String,
        msg_num: u64,
        abstract_list: Vec<String>,
        compatible_text: String,
        msg_list: Vec<Value>,
    }
}

/// `TIMLocationElem`. Degrees are decimal numbers, kept as they are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Location {
    /// What the place is called.
    #[serde(default, deserialize_with = "or_default")]
    pub desc: String,
    /// Degrees north.
    pub latitude: Number,
    /// Degrees east.
    pub longitude: Number,
}

/// "2": the address can be used as it is.
const DIRECT: u8 = 2;

/// The content of a message, from its elements and its `CloudCustomData`.
///
/// # Errors
/// 10004 for an element that cannot be taken over.
pub fn content(body: Vec<MsgElement>, data: String) -> Result<Content, Failure> {
    let elements: Result<_, _> = body.into_iter().map(Element::try_from).collect();
    Ok(Content { elements: elements?, data })
}

/// The elements of a content.
pub fn body(content: &Content) -> Vec<MsgElement> {
    content.elements.iter().map(MsgElement::from).collect()
}

/// The elements of a message. A removal directive that says nothing else says so in a custom element,
/// as the modelled service's guide has it (FAQ 3): `{"Members_Account":["bob"]}`.
pub fn message_body(message: &Message) -> Vec<MsgElement> {
    let mut elements = body(&message.content);
    if let (true, Some(Directive::Leave { users })) = (elements.is_empty(), &message.directive) {
        let data = serde_json::json!({ "Members_Account": users.as_slice() }).to_string();
        elements.push(MsgElement::Custom(Custom { data, ..Custom::default() }));
    }
    elements
}

impl TryFrom<MsgElement> for Element {
    type Error = Failure;

    fn try_from(element: MsgElement) -> Result<Self, Failure> {
        Ok(match element {
            MsgElement::Text(Text { text }) => Self::Text(text),
            MsgElement::Face(Face { index, data }) => Self::Face { index, data },
            MsgElement::Custom(Custom { data, desc, ext, sound: _ }) => {
                Self::Custom { data, description: desc, extension: ext }
            }
            MsgElement::Location(Location { desc, latitude, longitude }) => Self::Location {
                description: desc,
                latitude_e7: degrees(&latitude, 90)?,
                longitude_e7: degrees(&longitude, 180)?,
            },
            MsgElement::Sound(Sound { url, uuid, size, second, download_flag: _ }) => {
                Self::Sound(Media { url, uuid, size, seconds: second, ..Media::default() }.into())
            }
            MsgElement::File(File { url, uuid, file_size, file_name, download_flag: _ }) => {
                let file =
                    Media { url, uuid, size: file_size, format: file_name, ..Media::default() };
                Self::File(file.into())
            }
            MsgElement::Image(image) => Self::Image(sizes(image)?),
            MsgElement::Video(video) => clip(video),
            MsgElement::Relay(relay) => Self::Merger {
                title: relay.title,
                abstracts: relay.abstract_list,
                fallback: relay.compatible_text,
                messages: relay.msg_list.iter().map(Value::to_string).collect(),
            },
        })
    }
}

impl From<&Element> for MsgElement {
    fn from(element: &Element) -> Self {
        match element {
            Element::Text(text) => Self::Text(Text { text: text.clone() }),
            Element::Face { index, data } => Self::Face(Face { index: *index, data: data.clone() }),
            Element::Custom { data, description, extension } => Self::Custom(Custom {
                data: data.clone(),
                desc: description.clone(),
                ext: extension.clone(),
                sound: String::new(),
            }),
            Element::Location { description, latitude_e7, longitude_e7 } => {
                Self::Location(Location {
                    desc: description.clone(),
                    latitude: decimal(*latitude_e7),
                    longitude: decimal(*longitude_e7),
                })
            }
            Element::Sound(sound) => Self::Sound(Sound {
                url: sound.url.clone(),
                uuid: sound.uuid.clone(),
                size: sound.size,
                second: sound.seconds,
                download_flag: DIRECT,
            }),
            Element::File(file) => Self::File(File {
                url: file.url.clone(),
                uuid: file.uuid.clone(),
                file_size: file.size,
                file_name: file.format.clone(),
                download_flag: DIRECT,
            }),
            Element::Image(sizes) => Self::Image(picture(sizes)),
            Element::Video { clip, thumbnail } => Self::Video(video(clip, thumbnail)),
            Element::Merger { title, abstracts, fallback, messages } => {
                // Messages that are no JSON are the host's own form, and travel as text.
                let parsed = |text: &String| {
                    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
                };
                Self::Relay(Relay {
                    title: title.clone(),
                    msg_num: messages.len() as u64,
                    abstract_list: abstracts.clone(),
                    compatible_text: fallback.clone(),
                    msg_list: messages.iter().map(parsed).collect(),
                })
            }
        }
    }
}

fn sizes(image: Image) -> Result<SmallVec<[Box<Media>; 1]>, Failure> {
    let format = match image.image_format {
        1 => "JPG",
        2 => "GIF",
        3 => "PNG",
        4 => "BMP",
        _ => "",
    };
    let mut places: [Option<Box<Media>>; 3] = Default::default();
    for ImageSize { r#type, size, width, height, url } in image.image_info_array {
        let place = usize::from(r#type).checked_sub(1).and_then(|at| places.get_mut(at));
        let Some(place @ None) = place else {
            let info = "ImageInfoArray: each Type is 1, 2 or 3, and none comes twice";
            return Err(Failure::new(Code::BAD_PARAMETER, info));
        };
        let (uuid, format) = (image.uuid.clone(), format.to_owned());
        *place = Some(Media { url, uuid, size, format, seconds: 0, width, height }.into());
    }
    let there = places.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    Ok(places.into_iter().take(there).map(Option::unwrap_or_default).collect())
}

fn picture(sizes: &[Box<Media>]) -> Image {
    let known = sizes.iter().find(|media| ***media != Media::default());
    let image_format = match known.map(|media| media.format.to_ascii_uppercase()).as_deref() {
        Some("JPG" | "JPEG") => 1,
        Some("GIF") => 2,
        Some("PNG") => 3,
        Some("BMP") => 4,
        _ => 255,
    };
    let there = (1..).zip(sizes).filter(|(_, media)| ***media != Media::default());
    Image {
        uuid: known.map(|media| media.uuid.clone()).unwrap_or_default(),
        image_format,
        image_info_array: there
            .map(|(r#type, media)| ImageSize {
                r#type,
                size: media.size,
                width: media.width,
                height: media.height,
                url: media.url.clone(),
            })
            .collect(),
    }
}

fn clip(video: Video) -> Element {
    let clip = Media {
        url: video.video_url,
        uuid: video.video_uuid,
        size: video.video_size,
        format: video.video_format,
        seconds: video.video_second,
        ..Media::default()
    };
    let thumbnail = Media {
        url: video.thumb_url,
        uuid: video.thumb_uuid,
        size: video.thumb_size,
        format: video.thumb_format,
        seconds: 0,
        width: video.thumb_width,
        height: video.thumb_height,
    };
    Element::Video { clip: clip.into(), thumbnail: thumbnail.into() }
}

fn video(clip: &Media, thumbnail: &Media) -> Video {
    Video {
        video_url: clip.url.clone(),
        video_uuid: clip.uuid.clone(),
        video_size: clip.size,
        video_second: clip.seconds,
        video_format: clip.format.clone(),
        video_download_flag: DIRECT,
        thumb_url: thumbnail.url.clone(),
        thumb_uuid: thumbnail.uuid.clone(),
        thumb_size: thumbnail.size,
        thumb_width: thumbnail.width,
        thumb_height: thumbnail.height,
        thumb_format: thumbnail.format.clone(),
        thumb_download_flag: DIRECT,
    }
}

/// Degrees times 10⁷, cut off behind the seventh place, from the digits: whole numbers are the same on
/// every machine.
fn degrees(number: &Number, most: i64) -> Result<i32, Failure> {
    let text = number.to_string();
    let wrong = || {
        let info = format!("a latitude or longitude is a number of at most {most} degrees");
        Failure::new(Code::BAD_PARAMETER, info)
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| wrong())?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let places = i32::try_from(fraction.len()).map_err(|_| wrong())?;
    let all: i64 = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
    let shift = exponent.saturating_sub(places).saturating_add(7);
    let power = 10_i64.checked_pow(shift.unsigned_abs());
    let e7 = match (shift >= 0, power) {
        (true, Some(power)) => all.checked_mul(power),
        (true, None) => (all == 0).then_some(0),
        (false, Some(power)) => Some(all / power),
        (false, None) => Some(0),
    };
    let e7 = e7.filter(|e7| *e7 <= most * 10_000_000).ok_or_else(wrong)?;
    i32::try_from(if negative { -e7 } else { e7 }).map_err(|_| wrong())
}

fn decimal(e7: i32) -> Number {
    let (sign, e7) = (if e7 < 0 { "-" } else { "" }, e7.unsigned_abs());
    let text = format!("{sign}{}.{:07}", e7 / 10_000_000, e7 % 10_000_000);
    text.parse().unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests;
