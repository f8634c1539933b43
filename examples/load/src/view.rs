//! What is shown while a run goes on: in place on a terminal, as lines elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::outcome::Second;

/// Lines elsewhere than on a terminal come every so many seconds.
const EVERY: u32 = 5;

/// Shows how a run goes.
#[derive(Debug)]
pub struct View {
    form: Form,
    host: String,
}

#[derive(Debug)]
enum Form {
    Nothing,
    Lines,
    Live { bars: MultiProgress, bar: Option<ProgressBar>, status: Option<ProgressBar> },
}

impl View {
    /// In place if there is a terminal, else as lines.
    pub fn new() -> Self {
        let form = match stderr().is_terminal() {
            true => Form::Live { bars: MultiProgress::new(), bar: None, status: None },
            false => Form::Lines,
        };
        Self { form, host: String::new() }
    }

    /// Shows nothing.
    pub fn none() -> Self {
        Self { form: Form::Nothing, host: String::new() }
    }

    /// Another host comes.
    pub fn host(&mut self, name: &str) {
        name.clone_into(&mut self.host);
        if let Form::Live { bars, bar, status } = &mut self.form {
            (*bar, *status) = (None, None);
            let _cleared = bars.clear();
        }
    }

    /// Says something.
    pub fn note(&mut self, words: &str) {
        match &mut self.form {
            Form::Nothing => {}
            Form::Lines => eprintln!("{}: {words}", self.host),
            Form::Live { bars, bar, .. } => {
                if let Some(bar) = bar.take() {
                    bar.finish_and_clear();
                }
                let _not_shown = bars.println(format!("{}: {words}", self.host));
            }
        }
    }

    /// So many are in.
    pub fn joining(&mut self, inside: u32, of: u32) {
        let Form::Live { bars, bar, .. } = &mut self.form else { return };
        let bar = bar.get_or_insert_with(|| {
            let style = "{prefix:>12} [{bar:40.cyan/blue}] {pos} of {len} clients, {per_sec}";
            bars.add(styled(of, style)).with_prefix(self.host.clone())
        });
        bar.set_position(inside.into());
    }

    /// A second has passed.
    pub fn second(&mut self, at: u32, of: u32, second: &Second) {
        let line = told(second);
        match &mut self.form {
            Form::Nothing => {}
            Form::Lines if at.is_multiple_of(EVERY) || at == of => {
                eprintln!("{}: {at:>3} s  {line}", self.host)
            }
            Form::Lines => {}
            Form::Live { bars, bar, status } => {
                let bar = bar.get_or_insert_with(|| {
                    let style = "{prefix:>12} [{bar:40.green/blue}] {pos} of {len} s";
                    bars.add(styled(of, style)).with_prefix(self.host.clone())
                });
                let status = status.get_or_insert_with(|| bars.add(styled(0, "{msg}")));
                bar.set_position(at.into());
                status.set_message(format!("{:>12} {line}", ""));
                if at == of {
                    bar.finish_and_clear();
                    status.finish_and_clear();
                }
            }
        }
    }
}

impl Default for View {
    fn default() -> Self {
        Self::new()
    }
}

fn styled(length: u32, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the template is one of ours");
    ProgressBar::new(length.into()).with_style(style)
}

fn told(second: &Second) -> String {
    let or_none = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    format!(
        "{} hand-offs in {} frames; {} ms half, {} ms p99, {} ms p99 of high; host {} ms/s, {} MiB",
        second.entries,
        second.frames,
        or_none(second.p50),
        or_none(second.p99),
        or_none(second.high_p99),
        or_none(second.cpu),
        or_none(second.resident),
    )
}
