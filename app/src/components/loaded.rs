//! The frame of a page: it waits for its data, then shows it, or says why it cannot.

use super::page_header::PageHeader;
use super::problem_notice::ProblemNotice;
use crate::contract::Problem;
use leptos::either::Either;
use leptos::prelude::*;
use std::future::Future;

/// A page made of `answer`. When it is a problem, the page has its heading and the problem.
pub fn loaded<T, V>(
    title: &'static str,
    answer: impl Future<Output = Result<T, Problem>> + Send + 'static,
    show: impl FnOnce(T) -> V + Send + 'static,
) -> impl IntoView
where
    T: 'static,
    V: IntoView + 'static,
{
    let page = Suspend::new(async move {
        match answer.await {
            Ok(data) => Either::Left(show(data)),
            Err(problem) => Either::Right(view! {
                <PageHeader title/>
                <ProblemNotice problem/>
            }),
        }
    });
    view! { <Suspense>{page}</Suspense> }
}
