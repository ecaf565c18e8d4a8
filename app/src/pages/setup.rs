//! The first administrator: one card, shown only as long as no operator exists.

use super::entry::EntryCard;
use crate::components::field::{Field, FieldKind};
use crate::components::shell::FrameResource;
use leptos::prelude::*;

/// The set-up page.
#[component]
pub fn SetupPage() -> impl IntoView {
    let frame = expect_context::<FrameResource>().0;
    view! {
        <EntryCard
            title="Create the first administrator"
            sentence="This is a new installation. Whoever fills this in can do everything in it."
        >
            <form method="post" action="/setup" data-plain="" data-testid="setup-form">
                <Suspense>
                    {move || Suspend::new(async move {
                        let asked = frame.await.is_ok_and(|frame| frame.setup_code_required);
                        asked
                            .then(|| {
                                view! {
                                    <Field
                                        label="Set-up code"
                                        name="code"
                                        kind=FieldKind::Code
                                        required=true
                                        hint="Printed in the server's log when it started."
                                    />
                                }
                            })
                    })}
                </Suspense>
                <Field
                    label="Name"
                    name="name"
                    required=true
                    autocomplete="username"
                    hint="You sign in with it, and it stands in the audit trail."
                />
                <Field
                    label="Password"
                    name="password"
                    kind=FieldKind::NewPassword
                    min_length=12
                    required=true
                    hint="At least 12 characters."
                />
                <Field
                    label="Password again"
                    name="password_again"
                    kind=FieldKind::NewPassword
                    min_length=12
                    required=true
                />
                <button type="submit" class="button primary large">"Create administrator"</button>
            </form>
        </EntryCard>
    }
}
