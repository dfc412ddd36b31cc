//! Exact amounts as decimal text: no exponent, no zeros at the end, as FOCUS wants numbers.

use crate::units::{Cost, GpuTime, Price};

/// Decimals of a cost: 10^-18 USD, a billionth of the nano-USD that prices are counted in.
const COST_DECIMALS: u32 = 18;
/// Decimals of GPU-hours and kWh.
const QUANTITY_DECIMALS: u32 = 12;

/// Rounds the costs of a column so that the rounded ones add up to their rounded sum: each is what it adds to the sum so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rounding {
    exact: Cost,
    rounded: i128,
}

impl Rounding {
    /// The next cost of the column [USD].
    pub fn next(&mut self, cost: Cost) -> String {
        self.exact += cost;
        let sum = atto_usd(self.exact);
        let step = sum - std::mem::replace(&mut self.rounded, sum);
        text(step, COST_DECIMALS)
    }
}

/// A cost by itself [USD].
pub(super) fn cost(cost: Cost) -> String {
    text(atto_usd(cost), COST_DECIMALS)
}

/// One USD is 3.6 x 10^18 of a cost's units.
fn atto_usd(cost: Cost) -> i128 {
    (cost.raw() * 5).div_euclid(18)
}

/// A price [USD per GPU-hour].
pub(super) fn price(price: Price) -> String {
    // A milli-GPU for a millisecond costs one unit for each nano-USD of the price.
    text(price.of(GpuTime::from_milli_gpu_ms(1)).raw(), 9)
}

/// GPU-time [GPU-hours].
pub(super) fn gpu_hours(time: GpuTime) -> String {
    // 3.6 x 10^9 milli-GPU-ms an hour.
    let hours = i128::try_from(time.milli_gpu_ms()).unwrap_or(i128::MAX / 10_000) * 10_000 / 36;
    text(hours, QUANTITY_DECIMALS)
}

/// A measured amount [kWh].
pub(super) fn amount(value: f64) -> String {
    trimmed(format!("{value:.*}", QUANTITY_DECIMALS as usize))
}

fn text(value: i128, decimals: u32) -> String {
    let one = 10_u128.pow(decimals);
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    trimmed(format!("{sign}{}.{:0width$}", magnitude / one, magnitude % one, width = decimals as usize))
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Gpus, Span};

    #[test]
    fn numbers_have_neither_exponents_nor_zeros_at_their_end() {
        assert_eq!(cost(Cost::from_usd(1_234_567_890.5)), "1234567890.5");
        assert_eq!(cost(Cost::ZERO), "0");
        assert_eq!(cost(Cost::from_usd(-0.25)), "-0.25");
        assert_eq!(cost(Cost::from_raw(1)), "0");
        assert_eq!(cost(Cost::from_raw(18)), "0.000000000000000005");
        assert_eq!(price(Price::from_usd_per_gpu_hour(2.35)), "2.35");
        assert_eq!(price(Price::from_usd_per_gpu_hour(1e-9)), "0.000000001");
        assert_eq!(gpu_hours(Gpus::whole(3).over(Span::from_ms(1_800_000))), "1.5");
        assert_eq!(gpu_hours(Gpus::whole(1).over(Span::from_ms(1))), "0.000000277777");
        assert_eq!(amount(0.1), "0.1");
    }

    #[test]
    fn rounded_costs_add_up_to_their_rounded_sum() {
        let third = Cost::from_raw(Cost::from_usd(1.0).raw() / 7);
        let mut rounding = Rounding::default();
        let parts: Vec<String> = (0..7).map(|_| rounding.next(third)).collect();
        let digits = |text: &str| text.strip_prefix("0.").and_then(|digits| digits.parse::<i128>().ok()).unwrap_or(-1);
        let sum: i128 = parts.iter().map(|part| digits(part)).sum();
        assert_eq!(sum, atto_usd(Cost::from_raw(third.raw() * 7)));
    }
}
