//! The price of redundancy.

use super::{signed, style};
use crate::report::number::Style;
use crate::report::table::{new_table, wrapped};
use crate::study::comparison::{Comparison, Difference, Loss};
use comfy_table::Cell;

/// What each variant costs a year beyond the baseline, and what it buys; none where nothing costs anything.
pub(super) fn section(comparison: &Comparison) -> Option<String> {
    let row = |metric: &str, scope: &str, name: &str, variant: &str| {
        let is_it = |row: &&Difference| {
            row.metric == metric && row.scope == scope && row.name == name && row.variant == variant && row.period == "total"
        };
        comparison.rows.iter().find(is_it)
    };
    let with_losses = !comparison.losses.is_empty();
    let mut head = vec!["variant", "USD a year", "unused\nUSD a year", "HHI"];
    head.extend(if with_losses {
        ["worst N-1\nloss", "USD per H100e-\nhour saved"]
    } else {
        ["useful H100e-\nhours a year", "USD per hour\ngained"]
    });
    let mut table = new_table(&head);
    let baseline_loss = worst(comparison, comparison.baseline());
    for (name, _) in comparison.entrants.iter().skip(1) {
        let cost = row("cost_usd", "all", "all", name)?;
        let yearly = |row: Option<&Difference>| {
            let Some(row) = row else { return Cell::new("-") };
            let Some(difference) = row.difference else { return Cell::new("-") };
            let by_year = |value: f64| value / comparison.years;
            let interval = row.low.zip(row.high).map(|(low, high)| (by_year(low), by_year(high)));
            let (shown, interval) = signed(style(&row.metric), by_year(difference), interval);
            Cell::new(interval.map_or(shown.clone(), |interval| format!("{shown}\n{interval}")))
        };
        let hhi = row("hhi", "base", "served_gpu_hours", name).and_then(|row| row.difference);
        let a_year = cost.difference.map(|usd| usd / comparison.years);
        let mut cells = vec![Cell::new(name), yearly(Some(cost)), yearly(row("cost_unused_usd", "all", "all", name))];
        cells.push(Cell::new(hhi.map_or_else(|| "-".to_owned(), |hhi| signed(Style::Whole, hhi, None).0)));
        if with_losses {
            let loss = worst(comparison, name);
            let shown = loss.zip(baseline_loss).map_or_else(
                || "-".to_owned(),
                |(loss, before)| {
                    let percent = |loss: &Loss| loss.mean.map_or_else(|| "-".to_owned(), |mean| Style::Percent.show(mean));
                    format!("{} % ({})\nfrom {} %", percent(loss), loss.vendor, percent(before))
                },
            );
            cells.push(Cell::new(shown));
            let saved = loss.zip(baseline_loss).map(|(loss, before)| before.lost_h100e_hours - loss.lost_h100e_hours);
            cells.push(Cell::new(per_hour(a_year, saved)));
        } else {
            let useful = row("useful_h100e_hours", "all", "all", name);
            cells.push(yearly(useful));
            cells.push(Cell::new(per_hour(a_year, useful.and_then(|row| row.difference).map(|hours| hours / comparison.years))));
        }
        table.add_row(cells);
    }
    let note = if with_losses {
        "N-1 loss: the share of H100e-hours not served (or lost) while the worst vendor is away, against the same time with it. Saved: what that \
         event costs the baseline less what it costs the variant; its price supposes one such event a year."
    } else {
        "Against the baseline, by year of the measured span. The N-1 loss needs [comparison] n_minus_1 in the scenario."
    };
    Some(format!("\n2. The price of redundancy\n{table}\n{}", wrapped(note)))
}

/// The vendor without whom an entrant loses most.
fn worst<'c>(comparison: &'c Comparison, entrant: &str) -> Option<&'c Loss> {
    let theirs = comparison.losses.iter().filter(|loss| loss.entrant == entrant && loss.period == "total");
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
