//! Dependence on single vendors and on what they share, and what leaving one takes.

use super::PeriodKind::{self, Month, Total};
use super::ScopeKind::{self, Base, Vendor};
use super::Table::{Comparison, Dependency, DependencyVendors, Timeseries};
use super::{Futures, Table, family};

const BASE: &[ScopeKind] = &[Base];
const BY_BASE: &[Table] = &[Dependency];
const VENDOR: &[ScopeKind] = &[Vendor];
const BY_SITE: &[Table] = &[Timeseries];
const BY_VENDOR: &[Table] = &[DependencyVendors];
const COMPARED: &[Table] = &[Comparison];
/// As of the first day of the run and of each month.
const AS_OF: &[PeriodKind] = &[Total, Month];

family! { "Dependence":
    /// Herfindahl-Hirschman index of vendors, or of what they share: the sum of squared percentages. Source: U.S. Department of Justice and
    /// FTC, Merger Guidelines, 2023, section 2.1.
    HHI("hhi", "HHI", Points, Lower, Points, BASE) { tables: BY_BASE, headline: Some(150) };
    /// Share of the largest.
    CR1_SHARE("cr1_share", "largest share %", Share, Lower, Share, BASE) { tables: BY_BASE };
    /// Share of the three largest together.
    CR3_SHARE("cr3_share", "three largest %", Share, Lower, Share, BASE) { tables: BY_BASE };
    /// Effective vendors by entropy: as many equal vendors would be as diverse. Source: Hill, Ecology 54, 1973, the number of order 1.
    EFFECTIVE_VENDORS("effective_vendors", "effective vendors", Vendors, Higher, NonNegative, BASE) { tables: BY_BASE };
    /// Effective vendors by inverse concentration: Hill's number of order 2.
    EFFECTIVE_VENDORS_INVERSE("effective_vendors_inverse", "effective vendors, order 2", Vendors, Higher, NonNegative, BASE) {
        tables: BY_BASE,
    };
    /// The least HHI where vendors are unknown: each of them as large as evens the shares out most, between nothing and as much as the
    /// largest known (or what its planned capacity costs or draws, if more), or within the range that the scenario states.
    HHI_LOWER_BOUND("hhi_lower_bound", "HHI, lower bound", Points, Lower, NonNegative, BASE) {
        tables: BY_BASE, only_with: "a vendor whose commitment or power is not public",
    };
    /// The largest HHI where vendors are unknown, within the same limits.
    HHI_UPPER_BOUND("hhi_upper_bound", "HHI, upper bound", Points, Lower, NonNegative, BASE) {
        tables: BY_BASE, only_with: "a vendor whose commitment or power is not public",
    };
    /// The least share of the largest where vendors are unknown, within the same limits.
    CR1_LOWER_BOUND_SHARE("cr1_lower_bound_share", "largest share, lower bound %", Share, Lower, Share, BASE) {
        tables: BY_BASE, only_with: "a vendor whose commitment or power is not public",
    };
    /// The largest share of the largest where vendors are unknown, within the same limits.
    CR1_UPPER_BOUND_SHARE("cr1_upper_bound_share", "largest share, upper bound %", Share, Lower, Share, BASE) {
        tables: BY_BASE, only_with: "a vendor whose commitment or power is not public",
    };
    /// A vendor's share of planned USD: planned reserved GPU-time of the span at its price, and frameworks without named capacity in
    /// proportion to time.
    PLANNED_USD_SHARE("planned_usd_share", "share of planned USD %", Share, Neither, Share, VENDOR) { tables: BY_SITE };
    /// A vendor's share of what is billed.
    BILLED_USD_SHARE("billed_usd_share", "share of billed USD %", Share, Neither, Share, VENDOR) { tables: BY_SITE };
    /// A vendor's share of the IT power of delivered GPUs.
    IT_MW_SHARE("it_mw_share", "share of IT power %", Share, Neither, Share, VENDOR) { tables: BY_SITE };
    /// A vendor's share of active GPU-hours.
    ACTIVE_GPU_HOURS_SHARE("active_gpu_hours_share", "share of active GPU-hours %", Share, Neither, Share, VENDOR) { tables: BY_SITE };
    /// A vendor's share of the GPU-hours allocated to jobs and services.
    SERVED_GPU_HOURS_SHARE("served_gpu_hours_share", "share of GPU-hours served %", Share, Neither, Share, VENDOR) { tables: BY_SITE };
    /// Share of a vendor's load that the other vendors could take over in the same month: jobs and replicas that may run there, the largest gang
    /// first, packed into whole idle nodes of one cluster each; the mean of months, weighed by load.
    SUBSTITUTABLE_SHARE("substitutable_share", "substitutable %", Share, Higher, Share, VENDOR) {
        tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Dependence that is left when a vendor's load moves where it can: its share of H100e-hours served times what is not substitutable
    /// month by month.
    ADJUSTED_DEPENDENCE_SHARE("adjusted_dependence_share", "adjusted dependence %", Share, Lower, Share, VENDOR) {
        tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// A vendor's share of committed USD times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_COMMITTED_USD_SHARE("adjusted_dependence_committed_usd_share", "adjusted dependence, committed USD %", Share,
        Lower, Share, VENDOR) { tables: BY_VENDOR, only_with: "terms of leaving a vendor" };
    /// A vendor's share of committed USD per year times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_COMMITTED_USD_PER_YEAR_SHARE("adjusted_dependence_committed_usd_per_year_share",
        "adjusted dependence, committed USD per year %", Share, Lower, Share, VENDOR) {
        tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// A vendor's share of planned USD times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_PLANNED_USD_SHARE("adjusted_dependence_planned_usd_share", "adjusted dependence, planned USD %", Share, Lower,
        Share, VENDOR) { tables: BY_VENDOR, only_with: "terms of leaving a vendor" };
    /// A vendor's share of what is billed times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_BILLED_USD_SHARE("adjusted_dependence_billed_usd_share", "adjusted dependence, billed USD %", Share, Lower,
        Share, VENDOR) { tables: BY_VENDOR, only_with: "terms of leaving a vendor" };
    /// A vendor's share of IT power times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_IT_MW_SHARE("adjusted_dependence_it_mw_share", "adjusted dependence, IT power %", Share, Lower, Share, VENDOR) {
        tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// A vendor's share of active GPU-hours times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_ACTIVE_GPU_HOURS_SHARE("adjusted_dependence_active_gpu_hours_share",
        "adjusted dependence, active GPU-hours %", Share, Lower, Share, VENDOR) {
        tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// A vendor's share of GPU-hours served times what of its load is not substitutable.
    ADJUSTED_DEPENDENCE_SERVED_GPU_HOURS_SHARE("adjusted_dependence_served_gpu_hours_share",
        "adjusted dependence, GPU-hours served %", Share, Lower, Share, VENDOR) {
        tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Days it takes to leave a vendor: the longest of moving data, notice and replacement.
    EXIT_DAYS("exit_days", "exit, days", Days, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Days it takes to move data that lie with no other vendor, over the fastest link.
    EXIT_DATA_DAYS("exit_data_days", "exit: data, days", Days, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Days of notice, or what is left of the term where no notice may be given.
    EXIT_NOTICE_DAYS("exit_notice_days", "exit: notice, days", Days, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Days until a replacement of the vendor's capacity is there.
    EXIT_REPLACEMENT_DAYS("exit_replacement_days", "exit: replacement, days", Days, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Cost of leaving a vendor: egress, double running, termination and unused commitment.
    SWITCHING_COST_USD("switching_cost_usd", "switching cost, USD", Usd, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Egress paid to move data that lie with no other vendor.
    SWITCHING_EGRESS_USD("switching_egress_usd", "switching: egress, USD", Usd, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Reserved capacity paid while its data move.
    SWITCHING_DOUBLE_RUNNING_USD("switching_double_running_usd", "switching: double running, USD", Usd, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Fees for ending contracts early, where that is the cheaper way out.
    SWITCHING_TERMINATION_USD("switching_termination_usd", "switching: termination, USD", Usd, Lower, NonNegative, VENDOR) {
        futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor",
    };
    /// Commitments still paid after work has left.
    SWITCHING_UNUSED_COMMITMENT_USD("switching_unused_commitment_usd", "switching: unused commitment, USD", Usd, Lower, NonNegative,
        VENDOR) { futures: Futures::Exact, periods: AS_OF, tables: BY_VENDOR, only_with: "terms of leaving a vendor" };
    /// H100e-hours not served within the time in which a vendor is away: 1 - served without it / served with it.
    N_MINUS_1_LOSS_SHARE("n_minus_1_loss_share", "N-1 loss %", Share, Lower, Signed, VENDOR) {
        futures: Futures::Pairs, periods: &[Total], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// GPU-hours not served within the time in which a vendor is away: 1 - served without it / served with it.
    N_MINUS_1_LOSS_GPU_HOURS_SHARE("n_minus_1_loss_gpu_hours_share", "N-1 loss of GPU-hours %", Share, Lower, Signed, VENDOR) {
        futures: Futures::Pairs, periods: &[Total], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// IT energy not served within the time in which a vendor is away: 1 - served without it / served with it.
    N_MINUS_1_LOSS_IT_MWH_SHARE("n_minus_1_loss_it_mwh_share", "N-1 loss of IT energy %", Share, Lower, Signed, VENDOR) {
        futures: Futures::Pairs, periods: &[Total], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// H100e-hours served after a vendor is back, until the horizon, beyond what is served with it all the time, as a share of what is
    /// served with it within the time in which it is away.
    N_MINUS_1_CAUGHT_UP_SHARE("n_minus_1_caught_up_share", "N-1 caught up %", Share, Higher, Signed, VENDOR) {
        futures: Futures::Pairs, periods: &[Total], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// GPU-hours served after a vendor is back, until the horizon, beyond what is served with it all the time, as a share of what is
    /// served with it within the time in which it is away.
    N_MINUS_1_CAUGHT_UP_GPU_HOURS_SHARE("n_minus_1_caught_up_gpu_hours_share", "N-1 caught up of GPU-hours %", Share, Higher, Signed,
        VENDOR) {
        futures: Futures::Pairs, periods: &[Total], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// IT energy served after a vendor is back, until the horizon, beyond what is served with it all the time, as a share of what is
    /// served with it within the time in which it is away.
    N_MINUS_1_CAUGHT_UP_IT_MWH_SHARE("n_minus_1_caught_up_it_mwh_share", "N-1 caught up of IT energy %", Share, Higher, Signed,
        VENDOR) {
        futures: Futures::Pairs, periods: &[Total], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// H100e-hours not served in a month in which a vendor is away for a while or has been, less what is caught up in it: 1 - served
    /// without it / served with it.
    N_MINUS_1_NET_LOSS_SHARE("n_minus_1_net_loss_share", "N-1 net loss %", Share, Lower, Signed, VENDOR) {
        futures: Futures::Pairs, periods: &[Month], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// GPU-hours not served in a month in which a vendor is away for a while or has been, less what is caught up in it: 1 - served without
    /// it / served with it.
    N_MINUS_1_NET_LOSS_GPU_HOURS_SHARE("n_minus_1_net_loss_gpu_hours_share", "N-1 net loss of GPU-hours %", Share, Lower, Signed,
        VENDOR) {
        futures: Futures::Pairs, periods: &[Month], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
    /// IT energy not served in a month in which a vendor is away for a while or has been, less what is caught up in it: 1 - served without
    /// it / served with it.
    N_MINUS_1_NET_LOSS_IT_MWH_SHARE("n_minus_1_net_loss_it_mwh_share", "N-1 net loss of IT energy %", Share, Lower, Signed,
        VENDOR) {
        futures: Futures::Pairs, periods: &[Month], tables: COMPARED, only_with: "N-1 losses in a comparison",
    };
}
