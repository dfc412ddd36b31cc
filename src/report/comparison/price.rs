//! The price of redundancy.

use super::{signed, style};
use crate::report::number::Style;
use crate::report::table::{new_table, wrapped};
use crate::study::comparison::{Comparison, Difference, Loss};

/// What each variant costs a year beyond the baseline, and what it buys.
pub(in crate::report) struct Price<'c> {
    /// Whether it buys a smaller loss without a vendor; useful hours, if not.
    pub(in crate::report) with_losses: bool,
    /// By variant: cost, unused cost, HHI, what it buys, and at what price; as text with what stands below it.
    pub(in crate::report) lines: Vec<(&'c str, [Told; 5])>,
}

/// A figure as text, and its interval or another word below it.
pub(in crate::report) type Told = (String, Option<String>);

impl<'c> Price<'c> {
    /// Reads it off a comparison; none where nothing costs anything.
    pub(in crate::report) fn of(comparison: &'c Comparison) -> Option<Self> {
        let variants = comparison.entrants.iter().skip(1).map(|(name, _)| name.as_str());
        let lines = variants.map(|name| Some((name, line(comparison, name)?))).collect::<Option<_>>()?;
        Some(Self { with_losses: !comparison.losses.is_empty(), lines })
    }

    /// What the figures are.
    pub(in crate::report) const fn note(&self) -> &'static str {
        if self.with_losses {
            "N-1 loss: the share of H100e-hours not served (or lost) while the worst vendor is away, against the same time with it. Saved: what that \
             event costs the baseline less what it costs the variant; its price supposes one such event a year."
        } else {
            "Against the baseline, by year of the measured span. The N-1 loss needs [comparison] n_minus_1 in the scenario."
        }
    }
}

/// The table as text; none where nothing costs anything.
pub(super) fn section(comparison: &Comparison) -> Option<String> {
    let price = Price::of(comparison)?;
    let mut head = vec!["variant", "USD a year", "unused\nUSD a year", "HHI"];
    head.extend(if price.with_losses {
        ["worst N-1\nloss", "USD per H100e-\nhour saved"]
    } else {
        ["useful H100e-\nhours a year", "USD per hour\ngained"]
    });
    let mut table = new_table(&head);
    for (name, cells) in &price.lines {
        let below = |(shown, below): &Told| below.as_ref().map_or_else(|| shown.clone(), |below| format!("{shown}\n{below}"));
        table.add_row(std::iter::once((*name).to_owned()).chain(cells.iter().map(below)));
    }
    Some(format!("\n2. The price of redundancy\n{table}\n{}", wrapped(price.note())))
}

fn line(comparison: &Comparison, variant: &str) -> Option<[Told; 5]> {
    let row = |metric: &str, scope: &str, name: &str| {
        let is_it = |row: &&Difference| {
            row.metric == metric && row.scope == scope && row.name == name && row.variant == variant && row.period == "total"
        };
        comparison.rows.iter().find(is_it)
    };
    let none = || ("-".to_owned(), None);
    let yearly = |row: Option<&Difference>| {
        let Some((row, difference)) = row.and_then(|row| Some((row, row.difference?))) else { return none() };
        let by_year = |value: f64| value / comparison.years;
        let interval = row.low.zip(row.high).map(|(low, high)| (by_year(low), by_year(high)));
        signed(style(&row.metric), by_year(difference), interval)
    };
    let cost = row("cost_usd", "all", "all")?;
    let a_year = cost.difference.map(|usd| usd / comparison.years);
    let hhi = row("hhi", "base", "served_gpu_hours").and_then(|row| row.difference);
    let (bought, price) = if comparison.losses.is_empty() {
        let useful = row("useful_h100e_hours", "all", "all");
        let hours = useful.and_then(|row| row.difference).map(|hours| hours / comparison.years);
        (yearly(useful), per_hour(a_year, hours))
    } else {
        let losses = worst(comparison, variant).zip(worst(comparison, comparison.baseline()));
        let percent = |loss: &Loss| loss.mean.map_or_else(|| "-".to_owned(), |mean| Style::Percent.show(mean));
        let told = |(loss, before): (&Loss, &Loss)| {
            (format!("{} % ({})", percent(loss), loss.vendor), Some(format!("from {} %", percent(before))))
        };
        (losses.map_or_else(none, told), per_hour(a_year, losses.map(|(loss, before)| before.lost - loss.lost)))
    };
    let hhi = hhi.map_or_else(none, |hhi| (signed(Style::Whole, hhi, None).0, None));
    Some([yearly(Some(cost)), yearly(row("cost_unused_usd", "all", "all")), hhi, bought, (price, None)])
}

/// The vendor without whom an entrant loses most.
fn worst<'c>(comparison: &'c Comparison, entrant: &str) -> Option<&'c Loss> {
    let is_theirs = |loss: &&Loss| loss.entrant == entrant && loss.period == "total" && loss.metric == "n_minus_1_loss_share";
    let theirs = comparison.losses.iter().filter(is_theirs);
    theirs.max_by(|a, b| a.mean.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.mean.unwrap_or(f64::NEG_INFINITY)))
}

fn per_hour(usd: Option<f64>, hours: Option<f64>) -> String {
    match usd.zip(hours) {
        Some((usd, hours)) if hours > 0.0 && usd > 0.0 => Style::Amount.show(usd / hours),
        Some((usd, hours)) if hours > 0.0 && usd <= 0.0 => "costs less".to_owned(),
        Some(_) => "saves none".to_owned(),
        None => "-".to_owned(),
    }
}
