//! How many of what size: a histogram whose steps are a 32nd of a doubling.

#[derive(Clone, Default)]
pub(crate) struct Spread {
    counts: Vec<u64>,
    total: u64,
    most: u64,
}

/// Steps in each doubling, as a power of two.
const FINE: u32 = 5;

impl Spread {
    pub(crate) fn add(&mut self, value: u64) {
        let step = step(value);
        if step >= self.counts.len() {
            self.counts.resize(step + 1, 0);
        }
        self.counts[step] += 1;
        self.total += 1;
        self.most = self.most.max(value);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.most = self.most.max(other.most);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(crate) fn len(&self) -> u64 {
        self.total
    }

    pub(crate) fn most(&self) -> u64 {
        self.most
    }

    /// What so many of a thousand do not exceed, to 3 %.
    pub(crate) fn quantile(&self, of_thousand: u64) -> u64 {
        let rank = (self.total * of_thousand).div_ceil(1_000);
        let mut passed = 0;
        let step = self.counts.iter().position(|count| {
            passed += count;
            passed >= rank
        });
        step.map_or(0, |step| end(step).min(self.most))
    }

    /// What share of all, in millionths, is not above each value.
    pub(crate) fn shares(&self) -> Vec<(u64, u64)> {
        let (mut passed, mut shares) = (0, Vec::new());
        for (step, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            passed += count;
            shares.push((end(step).min(self.most), passed * 1_000_000 / self.total));
        }
        shares
    }
}

fn step(value: u64) -> usize {
    let value = value.max(1 << FINE);
    let doubling = value.ilog2();
    let fine = (value >> (doubling - FINE)) as usize & ((1 << FINE) - 1);
    ((doubling as usize) << FINE) + fine
}

/// The greatest value of a step.
fn end(step: usize) -> u64 {
    let (doubling, fine) = (step >> FINE, step & ((1 << FINE) - 1));
    (((1 << FINE) + fine as u64 + 1) << (doubling - FINE as usize)) - 1
}
