//! A board of policies for people, and its files.

use super::csv::harmless;
use super::document::{Cell, Column, Document, Room, Table};
use super::metric::{label_of, style_of};
use super::number::{Style, exact};
use super::output::{Printed, Rows};
use crate::kernel::math;
use crate::metrics::catalog;
use crate::study::ranking::{End, Ranking, Standing};
use std::io::{self, Write};

/// Characters of the picture's scale.
const SCALE: usize = 46;
/// A larger share of all jobs unfinished than under another policy that is worth a word.
const MORE_UNFINISHED: f64 = 0.005;
/// Characters of a policy's name on one line of the board.
const MOST_NAME: usize = 15;
/// Characters of a policy's name in the picture.
const NAME: usize = 24;

/// A board, and how long its policies took on this machine.
#[derive(Clone, Debug)]
pub struct TimedRanking<'a> {
    /// The board.
    pub ranking: &'a Ranking,
    /// Policies by the CPU time that a future of theirs takes [s], the shortest first; for people alone.
    pub times: Vec<(String, f64)>,
}

impl Printed for Ranking {
    fn document(&self, room: Room) -> Document {
        let mut document = Document::default();
        heading(self, &mut document);
        document.heading(format!("1. Board: {}{}", label_of(&self.metric), of(self)));
        document.table(board(self, room));
        document.paragraph(
            "Policies in a group are statistically indistinguishable from its leader (paired t tests, all pairs by Holm at 5 %). Behind: by how much \
             a policy is worse than the leader of the board, future by future, with the 95 % interval as if the number of futures had been fixed. \
             Better: in how many of its futures it beat that leader. Policies eliminated early saw fewer futures.",
        );
        if self.standings.iter().any(Standing::is_range) {
            document.paragraph(
                "In square brackets: the least and the greatest future, where no interval of the mean holds: of waits and other skewed metrics (of differences \
                 where they met fewer than 20 futures), and where it would leave the metric's bounds.",
            );
        }
        document.paragraph(unfinished(self));
        picture(self, &mut document);
        document.heading("3. What else it costs");
        document.table(front(self));
        document.paragraph(
            "Means over the first futures, which all policies met. On the front: no other policy is at least as good in all of these and better in \
             one, by these means.",
        );
        for (policy, why) in &self.failed {
            let fate = if self.stopped.contains(policy) { "was stopped and has" } else { "has" };
            document.paragraph(format!("{policy} {fate} no standing: {why}"));
        }
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        write_rows(self, rows)
    }
}

impl Printed for TimedRanking<'_> {
    fn document(&self, room: Room) -> Document {
        let mut document = self.ranking.document(room);
        document.heading("CPU time on this machine (not saved)");
        let mut table = Table::new("CPU time", vec![Column::text("policy"), Column::figures("CPU time a future", "")]);
        for (policy, seconds) in &self.times {
            table.row([policy.clone(), format!("{} ms", Style::Amount.show(seconds * 1e3))]);
        }
        document.table(table);
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        self.ranking.json(out)
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        self.ranking.rows(rows)
    }
}

/// What the metric is measured for, where that was named.
fn of(ranking: &Ranking) -> String {
    ranking.of.as_ref().map_or_else(String::new, |of| format!(" of {of}"))
}

fn heading(ranking: &Ranking, document: &mut Document) {
    let policies = ranking.standings.len() + ranking.failed.len();
    document.paragraph(&ranking.title);
    document.paragraph(format!(
        "{} to {}, {policies} policies under the same futures, seed {}. {}",
        ranking.start,
        ranking.end,
        ranking.seed,
        how_it_ended(ranking)
    ));
}

fn how_it_ended(ranking: &Ranking) -> String {
    let most = ranking.standings.iter().map(|standing| standing.n).max().unwrap_or(0);
    let first = ranking.standings.first().map_or("no policy", |first| first.policy.as_str());
    let style = style_of(&ranking.metric);
    let zone = ranking.indifference.map_or_else(String::new, |value| style.show(value));
    match ranking.end_reason {
        End::Selected => format!(
            "With at least 95 % probability {first} is the best or within {zone} of it (Kim and Nelson's procedure and paired t tests, {most} futures)."
        ),
        End::Alone => format!("After {most} futures no other policy is left to compare {first} with; nothing is selected."),
        End::NotSettled => {
            let left = ranking.standings.iter().filter(|standing| standing.in_race).count();
            format!(
                "After {most} futures, the most allowed, {left} policies may still be the best; {zone} would make no difference."
            )
        }
        End::Budget => format!("All met {most} futures."),
        End::Interrupted => format!("Interrupted: {most} futures are in the figures, and nothing is selected."),
    }
}

fn board(ranking: &Ranking, room: Room) -> Table {
    let heads = ["group", "mean", "95 % interval", "behind", "95 % interval", "better"].map(|head| Column::figures(head, ""));
    let mut table = Table::new("Board", std::iter::once(Column::text("policy")).chain(heads).collect());
    for standing in &ranking.standings {
        // The leader is not behind itself.
        let is_first = standing.policy == ranking.standings[0].policy;
        let [behind, behind_range] = behind(ranking, standing, is_first);
        let [mean, range] = mean(ranking, standing);
        table.row([
            Cell::from(if room == Room::Narrow { broken(&standing.policy) } else { standing.policy.clone() }),
            Cell::from(standing.group.to_string()),
            mean,
            range,
            behind,
            behind_range,
            Cell::from(if is_first { String::new() } else { format!("{}/{}", standing.better_in, standing.n) }),
        ]);
    }
    for policy in &ranking.stopped {
        table.row([policy, "-", "stopped", "", "-", "", ""]);
    }
    table
}

/// The mean and its interval.
fn mean(ranking: &Ranking, standing: &Standing) -> [Cell; 2] {
    let style = style_of(&ranking.metric);
    let shown = standing.mean.map(|mean| style.with_interval(mean, standing.low.zip(standing.high)));
    let bracketed = |range: String| if standing.is_range() { format!("[{range}]") } else { range };
    shown.map_or([Cell::Missing, Cell::from("")], |(mean, range)| [Cell::from(mean), interval(range.map(bracketed))])
}

/// How much worse than the leader, and the interval of that.
fn behind(ranking: &Ranking, standing: &Standing, is_first: bool) -> [Cell; 2] {
    let style = style_of(&ranking.metric);
    let sign = if ranking.more_is_better { -1.0 } else { 1.0 };
    let turned = (standing.difference_low.zip(standing.difference_high))
        .map(|(low, high)| if sign > 0.0 { (low, high) } else { (-high, -low) });
    let shown = standing.difference.filter(|_| !is_first).map(|difference| style.difference(sign * difference, turned));
    let bracketed = |range: String| if standing.difference_is_range() { format!("[{range}]") } else { range };
    shown.map_or([Cell::Missing, Cell::from("")], |(behind, range)| [Cell::from(behind), interval(range.map(bracketed))])
}

fn interval(range: Option<String>) -> Cell {
    range.map_or_else(|| Cell::from(""), Cell::Range)
}

/// Which policies left more jobs unfinished than others, where the metric is one of ended jobs alone, and where to see how long those wait.
fn unfinished(ranking: &Ranking) -> String {
    let of_ended =
        [&catalog::COMPLETION_S_MEAN, &catalog::COMPLETION_S_P50, &catalog::COMPLETION_S_P90, &catalog::COMPLETION_S_P99];
    let of_ended = of_ended.into_iter().chain([&catalog::BOUNDED_SLOWDOWN_MEAN]).any(|metric| metric.name == ranking.metric);
    let least = ranking.standings.iter().map(|standing| standing.unfinished_share).fold(f64::INFINITY, f64::min);
    let more: Vec<String> = (ranking.standings.iter())
        .filter(|standing| of_ended && standing.unfinished_share > least + MORE_UNFINISHED)
        .map(|standing| format!("{} under {}", percent(standing.unfinished_share), standing.policy))
        .collect();
    if more.is_empty() {
        return String::new();
    }
    format!(
        "Jobs that have not ended have no {}: of all jobs {}, and as little as {} under others. The mean wait (`--metric wait_s_mean`) counts those that never started.",
        label_of(&ranking.metric),
        more.join(", "),
        percent(least)
    )
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A policy's name in lines that leave room for the other columns: each part behind a plus or a slash on its own, where the name is long.
fn broken(name: &str) -> String {
    if name.chars().count() <= MOST_NAME { name.to_owned() } else { name.replace('+', "\n+").replace('/', "\n/") }
}

/// Means and their intervals on one scale: of logarithms where all of them are above zero and far apart.
fn picture(ranking: &Ranking, document: &mut Document) {
    let ends = |standing: &Standing| {
        let mean = standing.mean?;
        Some((standing.low.unwrap_or(mean), mean, standing.high.unwrap_or(mean)))
    };
    let shown: Vec<(&Standing, (f64, f64, f64))> =
        ranking.standings.iter().filter_map(|standing| Some((standing, ends(standing)?))).collect();
    let least = shown.iter().map(|(_, ends)| ends.0).fold(f64::INFINITY, f64::min);
    let most = shown.iter().map(|(_, ends)| ends.2).fold(f64::NEG_INFINITY, f64::max);
    if shown.len() < 2 || least >= most {
        return;
    }
    let by_logarithm = least > 0.0 && most > 4.0 * least;
    let scaled = |value: f64| if by_logarithm { math::ln(value) } else { value };
    let (from, to) = (scaled(least), scaled(most));
    let place =
        |value: f64| ((scaled(value) - from) / (to - from) * (SCALE - 1) as f64).round().clamp(0.0, (SCALE - 1) as f64) as usize;
    let style = style_of(&ranking.metric);
    let mut text = String::new();
    for (standing, (low, mean, high)) in shown {
        let mut line: Vec<char> = vec![' '; SCALE];
        line[place(low)..=place(high)].fill('─');
        line[place(mean)] = '●';
        let name: String = standing.policy.chars().take(NAME).collect();
        text.push_str(format!("{name:<NAME$} {}", line.into_iter().collect::<String>()).trim_end());
        text.push('\n');
    }
    let (left, right) = (style.show(least), style.show(most));
    let room = SCALE.saturating_sub(left.chars().count() + right.chars().count());
    text.push_str(&format!("{:NAME$} {left}{:room$}{right}\n", "", ""));
    document.heading(format!("2. Means{}", if by_logarithm { ", on a scale of logarithms" } else { "" }));
    document.lines(text);
}

fn front(ranking: &Ranking) -> Table {
    let head =
        |metric: &String| if *metric == catalog::HHI.name { "HHI of\nGPU-hours\nserved" } else { label_of(metric) }.to_owned();
    let heads = ranking.objectives.iter().map(head).chain(["on the\nfront".to_owned()]);
    let columns = std::iter::once(Column::text("policy")).chain(heads.map(|head| Column::figures(head, "")));
    let mut table = Table::new("Other objectives", columns.collect());
    for standing in &ranking.standings {
        let goals = ranking.objectives.iter().zip(&standing.objectives);
        let goals = goals.map(|(metric, value)| Cell::maybe(style_of(metric), *value));
        let on_front = Cell::from(if standing.on_front { "yes" } else { "" });
        table.row(std::iter::once(Cell::from(&standing.policy)).chain(goals).chain([on_front]));
    }
    table
}

/// The board as lines.
fn write_rows(ranking: &Ranking, csv: &mut Rows<'_>) -> io::Result<()> {
    let mut head: Vec<String> =
        ["rank", "group", "policy", "metric", "n", "mean", "low", "high", "method"].map(str::to_owned).into();
    head.extend(
        [
            "difference",
            "difference_low",
            "difference_high",
            "difference_method",
            "better_in",
            "in_race",
            "on_front",
            "unfinished_share",
        ]
        .map(str::to_owned),
    );
    head.extend(ranking.objectives.iter().skip(1).cloned());
    csv.write_record(&head)?;
    for (index, standing) in ranking.standings.iter().enumerate() {
        let [mean, low, high] = [standing.mean, standing.low, standing.high].map(exact);
        let differences = [standing.difference, standing.difference_low, standing.difference_high].map(exact);
        let mut row = vec![(index + 1).to_string(), standing.group.to_string(), harmless(&standing.policy)];
        row.extend([ranking.objective(), standing.n.to_string(), mean, low, high, standing.method.clone()]);
        row.extend(differences);
        row.push(standing.difference_method.clone());
        row.extend([
            standing.better_in.to_string(),
            standing.in_race.to_string(),
            standing.on_front.to_string(),
            exact(Some(standing.unfinished_share)),
        ]);
        row.extend(standing.objectives.iter().skip(1).map(|value| exact(*value)));
        csv.write_record(&row)?;
    }
    Ok(())
}
