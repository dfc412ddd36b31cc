//! A board of policies for people, and its files.

use super::comparison::{folded, signed, style, words};
use super::csv::{harmless, writer};
use super::number::{Style, exact};
use super::table::{new_table, wrapped};
use crate::kernel::math;
use crate::study::ranking::{End, Ranking, Standing};
use comfy_table::Cell;
use std::io::{self, Write};

/// Characters of the picture's scale.
const SCALE: usize = 46;
/// A larger share of all jobs unfinished than under another policy that is worth a word.
const MORE_UNFINISHED: f64 = 0.005;
/// Characters of a policy's name on one line of the board.
const MOST_NAME: usize = 15;
/// Characters of a policy's name in the picture.
const NAME: usize = 24;

/// The board as text, within 80 columns.
#[must_use]
pub fn ranking_tables(ranking: &Ranking) -> String {
    let mut text = heading(ranking);
    text.push_str(&format!("\n1. Board: {}{}\n{}\n", words(&ranking.metric), of(ranking), board(ranking)));
    text.push_str(&wrapped(
        "A group cannot be told from the first of it (paired t tests, all pairs by Holm at 5 %). Behind: what it is worse than the first of the \
         board, future by future, with the 95 % interval as if the number of futures had been fixed. Better: in how many of its futures it beat \
         the first. Who was beaten beyond doubt met no more futures.",
    ));
    text.push_str(&unfinished(ranking));
    text.push_str(&picture(ranking));
    text.push_str(&format!("\n3. What else it costs\n{}\n", front(ranking)));
    text.push_str(&wrapped(
        "Means over the first futures, which all policies met. On the front: no other policy is at least as good in all of these and better in one, \
         by these means.",
    ));
    for (policy, why) in &ranking.failed {
        let fate = if ranking.stopped.contains(policy) { "was stopped and has" } else { "has" };
        text.push_str(&wrapped(&format!("{policy} {fate} no standing: {why}")));
    }
    text
}

/// What the metric is measured for, where that was named.
fn of(ranking: &Ranking) -> String {
    ranking.of.as_ref().map_or_else(String::new, |of| format!(" of {of}"))
}

fn heading(ranking: &Ranking) -> String {
    let most = ranking.standings.iter().map(|standing| standing.n).max().unwrap_or(0);
    let first = ranking.standings.first().map_or("nobody", |first| first.policy.as_str());
    let style = style(&ranking.metric);
    let cared = ranking.indifference.map_or_else(String::new, |value| style.show(value));
    let policies = ranking.standings.len() + ranking.failed.len();
    let how = match ranking.end_reason {
        End::Selected => format!(
            "{first} is the best, or within {cared} of it, with a probability of at least 95 % (Kim and Nelson's procedure and paired t tests, {most} futures)."
        ),
        End::Alone => format!("After {most} futures nobody is left to compare {first} with; nothing is selected."),
        End::NotSettled => {
            let left = ranking.standings.iter().filter(|standing| standing.in_race).count();
            format!(
                "After {most} futures, the most allowed, {left} policies are left that may be the best; {cared} would make no difference."
            )
        }
        End::Budget => format!("All met {most} futures."),
        End::Interrupted => format!("Interrupted: {most} futures are in the figures, and nothing is selected."),
    };
    let mut text = wrapped(&ranking.title);
    text.push_str(&wrapped(&format!(
        "{} to {}, {policies} policies under the same futures, seed {}. {how}",
        ranking.start, ranking.end, ranking.seed
    )));
    text
}

fn board(ranking: &Ranking) -> comfy_table::Table {
    let mut table = new_table(&["policy", "group", "mean", "95 % interval", "behind", "95 % interval", "better"]);
    let style = style(&ranking.metric);
    for standing in &ranking.standings {
        let sign = if ranking.more_is_better { -1.0 } else { 1.0 };
        let own = standing.mean.map(|mean| style.with_interval(mean, standing.low.zip(standing.high)));
        let (mean, range) = own.unwrap_or_else(|| ("-".to_owned(), None));
        let turned = (standing.difference_low.zip(standing.difference_high))
            .map(|(low, high)| if sign > 0.0 { (low, high) } else { (-high, -low) });
        // The first is not behind itself.
        let is_first = standing.policy == ranking.standings[0].policy;
        let behind = standing.difference.filter(|_| !is_first);
        let (behind, behind_range) =
            behind.map_or_else(|| ("-".to_owned(), None), |difference| signed(style, sign * difference, turned));
        table.add_row([
            Cell::new(broken(&standing.policy)),
            Cell::new(standing.group),
            Cell::new(mean),
            Cell::new(range.map_or_else(String::new, folded)),
            Cell::new(behind),
            Cell::new(behind_range.map_or_else(String::new, folded)),
            Cell::new(if is_first { String::new() } else { format!("{}/{}", standing.better_in, standing.n) }),
        ]);
    }
    for policy in &ranking.stopped {
        table.add_row([policy, "-", "stopped", "", "-", "", ""]);
    }
    table
}

/// Who left more jobs unfinished than others, where the metric is one of ended jobs alone, and where to see how long those wait.
fn unfinished(ranking: &Ranking) -> String {
    let of_ended = ranking.metric.starts_with("completion_s") || ranking.metric.starts_with("bounded_slowdown");
    let least = ranking.standings.iter().map(|standing| standing.unfinished_share).fold(f64::INFINITY, f64::min);
    let more: Vec<String> = (ranking.standings.iter())
        .filter(|standing| of_ended && standing.unfinished_share > least + MORE_UNFINISHED)
        .map(|standing| format!("{} under {}", percent(standing.unfinished_share), standing.policy))
        .collect();
    if more.is_empty() {
        return String::new();
    }
    wrapped(&format!(
        "Jobs that have not ended have no {}: of all jobs {}, and as little as {} under others. The mean wait (`--metric wait_s_mean`) counts those that never started.",
        words(&ranking.metric),
        more.join(", "),
        percent(least)
    ))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A policy's name in lines that leave room for the other columns: each part behind a plus or a slash on its own, where the name is long.
fn broken(name: &str) -> String {
    if name.chars().count() <= MOST_NAME { name.to_owned() } else { name.replace('+', "\n+").replace('/', "\n/") }
}

/// Means and their intervals on one scale: of logarithms where all of them are above zero and far apart.
fn picture(ranking: &Ranking) -> String {
    let ends = |standing: &Standing| {
        let mean = standing.mean?;
        Some((standing.low.unwrap_or(mean), mean, standing.high.unwrap_or(mean)))
    };
    let shown: Vec<(&Standing, (f64, f64, f64))> =
        ranking.standings.iter().filter_map(|standing| Some((standing, ends(standing)?))).collect();
    let least = shown.iter().map(|(_, ends)| ends.0).fold(f64::INFINITY, f64::min);
    let most = shown.iter().map(|(_, ends)| ends.2).fold(f64::NEG_INFINITY, f64::max);
    if shown.len() < 2 || least >= most {
        return String::new();
    }
    let by_logarithm = least > 0.0 && most > 4.0 * least;
    let scaled = |value: f64| if by_logarithm { math::ln(value) } else { value };
    let (from, to) = (scaled(least), scaled(most));
    let place =
        |value: f64| ((scaled(value) - from) / (to - from) * (SCALE - 1) as f64).round().clamp(0.0, (SCALE - 1) as f64) as usize;
    let style = style(&ranking.metric);
    let mut text = format!("\n2. Means{}\n", if by_logarithm { ", on a scale of logarithms" } else { "" });
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
    text
}

fn front(ranking: &Ranking) -> comfy_table::Table {
    let mut head = vec!["policy"];
    head.extend(ranking.objectives.iter().map(|metric| if metric == "hhi" { "HHI of\nGPU-hours\nserved" } else { words(metric) }));
    head.push("on the\nfront");
    let mut table = new_table(&head);
    for standing in &ranking.standings {
        let mut row = vec![Cell::new(&standing.policy)];
        let goals = ranking.objectives.iter().zip(&standing.objectives);
        row.extend(goals.map(|(metric, value)| Cell::new(value.map_or("-".to_owned(), |value| style(metric).show(value)))));
        row.push(Cell::new(if standing.on_front { "yes" } else { "" }));
        table.add_row(row);
    }
    table
}

/// The board as lines.
///
/// # Errors
///
/// When writing fails.
pub fn ranking_csv(ranking: &Ranking, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = writer(out);
    let mut head: Vec<String> =
        ["rank", "group", "policy", "metric", "n", "mean", "low", "high", "method"].map(str::to_owned).into();
    head.extend(
        ["difference", "difference_low", "difference_high", "better_in", "in_race", "on_front", "unfinished_share"]
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
        row.extend([
            standing.better_in.to_string(),
            standing.in_race.to_string(),
            standing.on_front.to_string(),
            exact(Some(standing.unfinished_share)),
        ]);
        row.extend(standing.objectives.iter().skip(1).map(|value| exact(*value)));
        csv.write_record(&row)?;
    }
    csv.flush()
}

/// The whole board.
///
/// # Errors
///
/// When writing fails.
pub fn ranking_json(ranking: &Ranking, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, ranking)?;
    out.write_all(b"\n")
}

/// How long a future of each policy took to simulate [s], the shortest first: for the terminal alone.
#[must_use]
pub fn ranking_times(entries: &[(String, f64)]) -> String {
    let mut table = new_table(&["policy", "CPU time a future"]);
    for (policy, seconds) in entries {
        table.add_row([Cell::new(policy), Cell::new(format!("{} ms", Style::Amount.show(seconds * 1e3)))]);
    }
    format!("\nProcessor time (this machine, this run; in no file)\n{table}\n")
}
