//! What is to be shared among whom.

/// GPUs of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuType {
    /// What it is called.
    pub name: String,
    /// How many there are.
    pub gpus: f64,
    /// What one costs \[USD/h\].
    pub price: f64,
}

/// A job that wants a share.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharer {
    /// Its number by submission.
    pub id: u64,
    /// The gang [GPUs].
    pub gang: f64,
    /// What its share counts: 2 is due twice as much as 1.
    pub weight: f64,
    /// What it counts for in what is left when every job has what is due. The middle of all shares that give that is weighed by it.
    pub claim: f64,
    /// Work left, in any unit of its own.
    pub left: f64,
    /// Time since its submission [s].
    pub age: f64,
    /// Work a second of its gang on each GPU type; 0 where it cannot run.
    pub speeds: Vec<f64>,
}

/// An instance: GPU types and jobs, in order of submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The types.
    pub types: Vec<GpuType>,
    /// The jobs. Each can run somewhere: a speed above 0 on a type that has as many GPUs as its gang.
    pub jobs: Vec<Sharer>,
}

/// The share of its time that each job should spend on each type [0 to 1], job by job.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares(pub Vec<Vec<f64>>);

impl Problem {
    /// All GPUs.
    #[must_use]
    pub fn gpus(&self) -> f64 {
        self.types.iter().map(|kind| kind.gpus).sum()
    }

    /// The speed of a job that spends its time on the types in proportion to their GPUs.
    #[must_use]
    pub fn proportional_speed(&self, job: &Sharer) -> f64 {
        let total = self.gpus();
        job.speeds.iter().zip(&self.types).map(|(speed, kind)| speed * (kind.gpus / total)).sum()
    }

    /// The speed of a job that has its part by weight of all GPUs for itself: of each type the same part, as far as one job can use it.
    /// `weights` is the sum of all jobs' weights. O(types).
    #[must_use]
    pub fn isolated_speed(&self, job: &Sharer, weights: f64) -> f64 {
        let part = |kind: &GpuType| kind.gpus / (weights / job.weight) / job.gang;
        let time: f64 = self.types.iter().map(part).sum();
        job.speeds.iter().zip(&self.types).map(|(speed, kind)| speed * (part(kind) / time.max(1.0))).sum()
    }

    /// The same with all speeds equal.
    #[must_use]
    pub fn blind(&self) -> Self {
        let jobs = self.jobs.iter().map(|job| Sharer { speeds: vec![1.0; job.speeds.len()], ..job.clone() });
        Self { types: self.types.clone(), jobs: jobs.collect() }
    }

    /// How many types.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.types.len()
    }
}

impl Shares {
    /// Nothing for any job.
    #[must_use]
    pub fn none(problem: &Problem) -> Self {
        Self(vec![vec![0.0; problem.kinds()]; problem.jobs.len()])
    }

    /// Makes every share fit: none below 0, no job above its whole time, no type above its GPUs. Rounding errors of a solver go that way.
    #[must_use]
    pub fn fitted(mut self, problem: &Problem) -> Self {
        let gangs: Vec<f64> = problem.jobs.iter().map(|job| job.gang).collect();
        let gpus: Vec<f64> = problem.types.iter().map(|kind| kind.gpus).collect();
        fit(&mut self.0, &gangs, &gpus);
        self
    }

    /// What a row of shares is worth by rates on each type.
    #[must_use]
    pub fn worth(row: &[f64], rates: &[f64]) -> f64 {
        row.iter().zip(rates).map(|(share, rate)| share * rate).sum()
    }
}

/// Makes rows of shares fit: none below 0, no row above the whole time, and on no type more GPUs than there are, where a row's share of 1
/// takes its gang.
pub(super) fn fit(rows: &mut [Vec<f64>], gangs: &[f64], gpus: &[f64]) {
    for row in rows.iter_mut() {
        for share in row.iter_mut() {
            *share = share.clamp(0.0, 1.0);
        }
        let time: f64 = row.iter().sum();
        if time > 1.0 {
            for share in row.iter_mut() {
                *share /= time;
            }
        }
    }
    for (kind, gpus) in gpus.iter().enumerate() {
        let used: f64 = rows.iter().zip(gangs).map(|(row, gang)| row[kind] * gang).sum();
        if used > *gpus {
            for row in rows.iter_mut() {
                row[kind] *= gpus / used;
            }
        }
    }
}
