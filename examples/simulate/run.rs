//! Many worlds at a time, and what is told of them.

use std::{
    any::Any,
    fmt, fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    process,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    census::Census,
    shrink::shrink,
    tale,
    world::{self, Plan},
};

pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) steps: u64,
    pub(crate) seconds: Option<u64>,
    pub(crate) length: usize,
    pub(crate) world: Option<u64>,
    pub(crate) threads: usize,
}

/// How a failure begins that is none of a comparison.
pub(crate) const PANICKED: &str = "panicked";

/// A number of this moment.
pub(crate) fn any_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_secs() ^ (u64::from(now.subsec_nanos()) << 20) ^ u64::from(process::id())
}

/// What the threads of a run share.
#[derive(Default)]
struct Shared {
    next: AtomicU64,
    lived: AtomicU64,
    broken: AtomicBool,
}

impl Run {
    /// Lives all evenings. Returns whether every promise held.
    pub(crate) fn go(&self) -> bool {
        let census = Mutex::<Census>::default();
        let worker = || {
            let (plans, census) = (world::plan(self.length).boxed(), &census);
            move |number| self.live(number, &plans, census)
        };
        self.go_with(worker, || census.lock().map(|census| census.to_string()).unwrap_or_default())
    }

    /// Lives all worlds, each by its number, with as many workers as threads; `met` says what they met.
    /// A worker returns how many steps a world took, or `None` if it broke a promise.
    pub(crate) fn go_with<W: FnMut(u64) -> Option<u64>>(
        &self,
        worker: impl Fn() -> W + Sync,
        met: impl Fn() -> String,
    ) -> bool {
        // A panic is caught, and told with the world that made it.
        panic::set_hook(Box::new(|_| ()));
        println!("seed {}", self.seed);
        let shared = Shared::default();
        if let Some(world) = self.world {
            return worker()(world).is_some();
        }
        let (bar, began) = (self.bar(), Instant::now());
        thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    let mut live = worker();
                    while !self.is_over(&shared, began) {
                        let number = shared.next.fetch_add(1, Ordering::Relaxed);
                        match live(number) {
                            Some(steps) => self.note(&bar, &shared, steps, began),
                            None => shared.broken.store(true, Ordering::Relaxed),
                        }
                    }
                });
            }
        });
        bar.finish_and_clear();
        println!("{}", met());
        self.sum_up(&shared, began.elapsed());
        !shared.broken.into_inner()
    }

    fn is_over(&self, shared: &Shared, began: Instant) -> bool {
        let late = self.seconds.is_some_and(|seconds| began.elapsed().as_secs() >= seconds);
        let lived = shared.lived.load(Ordering::Relaxed);
        late || lived >= self.steps || shared.broken.load(Ordering::Relaxed)
    }

    fn bar(&self) -> ProgressBar {
        let (length, template) = match self.seconds {
            Some(seconds) => (seconds, "{bar:40} {pos} of {len} s, {msg}"),
            None => (self.steps, "{bar:40} {human_pos} of {human_len} steps, {msg}, {eta} left"),
        };
        let style = ProgressStyle::with_template(template);
        ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    fn note(&self, bar: &ProgressBar, shared: &Shared, steps: u64, began: Instant) {
        let lived = shared.lived.fetch_add(steps, Ordering::Relaxed) + steps;
        let elapsed = began.elapsed();
        bar.set_position(if self.seconds.is_some() { elapsed.as_secs() } else { lived });
        bar.set_message(format!("{} a second", HumanCount(a_second(lived, elapsed))));
    }

    fn sum_up(&self, shared: &Shared, elapsed: Duration) {
        let lived = shared.lived.load(Ordering::Relaxed);
        let broken = shared.broken.load(Ordering::Relaxed);
        println!(
            "seed {}: {} steps in {} worlds, {} a second: {}",
            self.seed,
            HumanCount(lived),
            HumanCount(shared.next.load(Ordering::Relaxed)),
            HumanCount(a_second(lived, elapsed)),
            if broken { "a promise was broken" } else { "every promise held" }
        );
    }

    /// What a world is drawn from, by its number.
    pub(crate) fn tree<T: fmt::Debug>(
        &self,
        number: u64,
        plans: &BoxedStrategy<T>,
    ) -> impl ValueTree<Value = T> + use<T> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let tree = plans.new_tree(&mut runner);
        tree.unwrap_or_else(|reason| panic!("no world could be made: {reason}"))
    }

    /// Lives one world. Returns how many steps that took; if it fails, tells of it instead.
    fn live(&self, number: u64, plans: &BoxedStrategy<Plan>, all: &Mutex<Census>) -> Option<u64> {
        let tree = self.tree(number, plans);
        let plan = tree.current();
        match attempt(&plan) {
            (Ok(()), census) => {
                if let Ok(mut all) = all.lock() {
                    all.add(&census);
                }
                Some(plan.script.steps.len() as u64)
            }
            (Err(why), _) => {
                self.tell(number, tree, why);
                None
            }
        }
    }

    fn tell(&self, number: u64, tree: impl ValueTree<Value = Plan>, why: String) {
        let seed = self.seed;
        eprintln!("seed {seed}, world {number} breaks a promise:\n{why}\nIt is made shorter…");
        let long = tree.current().script.steps.len();
        let (plan, why) = shrink(tree, why);
        let again = format!(
            "cargo run --release --example simulate -- --seed {seed} --length {} --world {number}",
            self.length
        );
        let tale = tale::write(&plan, &why, long, &again);
        eprintln!("{tale}");
        let path = PathBuf::from(format!("simulate-{seed}-{number}.story"));
        match fs::write(&path, tale) {
            Ok(()) => eprintln!("written to {}", path.display()),
            Err(error) => eprintln!("{} cannot be written: {error}", path.display()),
        }
    }
}

fn a_second(steps: u64, elapsed: Duration) -> u64 {
    let rate = u128::from(steps) * 1_000 / elapsed.as_millis().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// Lives a plan through; a panic is a broken promise too.
pub(crate) fn attempt(plan: &Plan) -> (Result<(), String>, Census) {
    let mut census = Census::default();
    let lived = panic::catch_unwind(AssertUnwindSafe(|| world::live(plan, &mut census)));
    let lived = match lived {
        Ok(lived) => lived.map_err(|error| error.to_string()),
        Err(panicked) => Err(said(&*panicked)),
    };
    (lived, census)
}

/// What a panic said.
pub(crate) fn said(panicked: &(dyn Any + Send)) -> String {
    let text = panicked.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panicked.downcast_ref::<&str>().map(|it| (*it).to_owned()));
    format!("{PANICKED}: {}", text.unwrap_or_default())
}
