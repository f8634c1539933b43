//! What the host writes down while it runs.
//!
//! Never keys, tokens, or the texts of messages.

use std::{io::IsTerminal, str::FromStr};

use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt,
};

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogForm {
    /// Nothing.
    Off,
    /// A line for people.
    #[default]
    Text,
    /// A line of JSON.
    Json,
}

impl FromStr for LogForm {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("it is off, text or json"),
        }
    }
}

/// Begins to write to standard error whatever passes `level`: a level, or a list of levels by target,
/// such as `info,live=debug`.
///
/// # Errors
/// The level is none, or somebody else has begun already.
pub fn begin_log(
    form: LogForm,
    level: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let targets = Targets::from_str(level)?;
    let registry = registry().with(targets);
    let lines = fmt::layer().with_writer(std::io::stderr);
    match form {
        LogForm::Off => {}
        LogForm::Text => {
            let colours = std::io::stderr().is_terminal();
            registry.with(lines.with_ansi(colours)).try_init()?;
        }
        LogForm::Json => registry.with(lines.json()).try_init()?,
    }
    Ok(())
}
