//! The program as a process: subcommands, their files, and how mistakes are reported.

#[path = "../common/mod.rs"]
mod common;

mod change_errors;
mod clause_errors;
mod compare;
mod contract_clauses;
mod explain;
mod focus;
mod folders;
mod formula;
mod hidden;
mod limits;
mod many_problems;
mod migration;
mod money_views;
mod packing;
mod planned;
mod rank;
mod replay;
mod rounds;
mod scenario_errors;
mod service_traces;
mod sizing;
mod tables;
mod trace_workloads;
