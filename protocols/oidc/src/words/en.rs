//! The English words, and with them the list of all keys. How to add one stands at the head of `words/mod.rs`.

/// Makes the table's type, its English value, and the list that tests and [`Words::reason`] walk.
macro_rules! words {
    ($($key:ident: $text:literal,)*) => {
        /// Every text of the pages, in one language.
        pub(crate) struct Words {
            $(pub $key: &'static str,)*
        }

        pub(crate) const EN: Words = Words { $($key: $text,)* };

        impl Words {
            /// Each key and its text, in the same order for every language.
            pub(crate) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key),)*]
            }
        }
    };
}

words! {
    // Everywhere
    go_on: "Continue",
    next: "Next",
    back: "Back",
    cancel: "Cancel",
    accept: "Accept",
    decline: "Decline",
    save: "Save",
    close_page: "You can close this page.",
    privacy: "Privacy and cookies",
    terms: "Terms of use",
    notice: "Please check:",

    // Sign-in
    sign_in: "Sign in",
    to_continue_to: "to continue to {client}",
    user_name: "User name",
    enter_user_name: "Enter your user name.",
    password_or_pass: "Password or Temporary Access Pass",
    stay_signed_in: "Stay signed in",
    use_certificate: "Use a certificate or smart card",
    certificate_not_allowed: "Signing in with a certificate is not allowed for this account. Choose another way.",
    push_title: "Approve on your device",
    push_text: "Your device asks whether you are signing in. Type this number there:",
    push_not_you: "If your device asks and you are not signing in, refuse: somebody else knows your password.",
    push_again: "I have answered on my device",
    push_refused: "The sign-in was not approved on your device.",
    push_unanswered: "Nobody approved the sign-in in time.",
    push_no_device: "No device of yours can approve sign-ins. Choose another way.",
    push_too_often: "You were asked too often. Wait a few minutes, or choose another way.",
    push_waits: "Another sign-in of yours waits to be approved. Answer it first.",
    other_user: "Use another user name",

    // A second factor, and the choice of methods
    sign_in_with_passkey: "Sign in with a passkey",
    mail_me_a_code: "Guests: send me a code by e-mail",
    prove_title: "Prove that it is you",
    prove_passkey: "Use the passkey on this device, on your phone, or on a security key.",
    use_passkey: "Use a passkey",
    passkey: "Passkey",
    passkey_failed: "The passkey could not be used. Try again, or choose another way.",
    needs_script: "Passkeys need JavaScript, which is switched off in this browser.",
    authenticator_app: "Authenticator app",
    app_code: "Code that the app shows",
    recovery_code: "Recovery code",
    password: "Password",
    access_pass: "Temporary Access Pass",
    approve_on_device: "Approve on your device",
    confirm: "Confirm",
    other_ways: "Other ways",
    code_wrong: "The code is wrong, or was used before. Wait for the next one and try again.",
    mail_code: "Code from the e-mail",
    mail_code_title: "Enter the code",
    mail_code_sent: "If a code can be sent to you, it is on its way by e-mail. It is good for ten minutes.",
    mail_code_subject: "Your code for {organisation}",
    mail_code_text: "Your code for {organisation} is {code}. It is good for {minutes} minutes. Nobody will ever ask you for it: if you did not ask for a code, somebody else typed your user name, and you need not do anything.",

    // New password
    new_password_title: "Choose a new password",
    new_password_why: "Your password has to be changed before you go on.",
    new_password_rule: "It needs at least {count} characters. A few unrelated words are easy to remember and hard to guess.",
    new_password: "New password",
    new_password_again: "The same again",
    present_password: "Present password",
    present_password_wrong: "This is not your present password. Check it and try again.",
    change_password: "Change password",
    passwords_differ: "The two passwords differ. Type the same twice.",
    password_too_short: "The password has fewer than {count} characters. Choose a longer one.",
    password_too_long: "The password has more than {count} characters. Choose a shorter one.",
    password_too_easy: "The password is made of words that are guessed first. Choose one that is harder to guess.",
    password_has_name: "The password contains your name or the organisation's. Leave it out.",
    password_has_leaked: "The password is on a list of passwords that have leaked. Choose another.",
    password_is_same: "The new password is the present one. Choose another.",

    // Password reset (/passwordreset)
    forgot_password: "Forgot your password?",
    reset_title: "Reset your password",
    reset_text: "Say who you are. Then prove it with what you registered, and choose a new password.",
    reset_prove_title: "Prove that it is you",
    reset_prove_text: "If this account can be reset here, these ways get you on. Most accounts need two of them.",
    reset_way: "How do you want to prove it?",
    reset_by_app: "Code from an authenticator app",
    reset_by_recovery_code: "Recovery code",
    reset_by_mail: "Code sent to your registered mail address",
    reset_send_mail: "Send me a code by mail",
    reset_mail_sent: "If a mail address is registered for this account, a code is on its way. Choose it above and type it here.",
    reset_code: "Code",
    reset_code_wrong: "This was not right, or does not work for this account. Check it and try again, or ask your administrator.",
    reset_locked: "There were too many wrong codes. Wait a minute and try again.",
    reset_one_more: "That was right. One more, please.",
    reset_done_title: "Your password is changed",
    reset_done: "Sign in with the new password. You were signed out everywhere else.",

    // Registration of methods and "My sign-ins" (/account)
    choose_title: "Set up another way to sign in",
    choose_why: "Your organisation asks for a second proof of who you are. Choose what you want to set up.",
    campaign_title: "Make your account safer",
    campaign_why: "Your organisation would like you to set up: {method}",
    not_now: "Not now",
    add_passkey: "Add a passkey",
    add_passkey_how: "Your browser will ask where to keep it: on this device, on your phone, or on a security key.",
    method_name: "Name",
    add_app: "Add an authenticator app",
    add_app_how: "Scan the picture with an authenticator app. Then type the code that the app shows.",
    add_app_key: "No camera? Type this key into the app:",
    qr_code: "QR code with the key of the app",
    account_title: "My sign-ins",
    security_info: "Security info",
    activity: "Activity",
    activity_hint: "Your sign-ins of the last 30 days. If one of them was not you, change your password and tell your administrator.",
    sessions: "Sessions and applications",
    application: "Application",
    address: "Address",
    outcome: "Outcome",
    outcome_success: "Signed in",
    outcome_failure: "Not signed in",
    this_session: "this browser",
    sign_out_elsewhere: "Sign out everywhere else",
    applications_signed_in: "Applications you are signed in to",
    sign_out_everywhere: "Sign out everywhere",
    signed_out_everywhere: "You are signed out everywhere",
    consents: "Applications that may act for you",
    consents_none: "You have not let any application act for you.",
    take_back: "Take back",
    add_method: "Add a way to sign in",
    added_on: "added {date}",
    used_on: "last used {date}",
    passkey_synced: "copied to your other devices",
    codes_left: "{count} codes left",
    rename: "Rename",
    remove: "Remove",
    recovery_codes: "Recovery codes",
    recovery_codes_why: "Keep these codes where only you find them. Each lets you in once in the place of your app or passkey. They are not shown again, and they replace all older ones.",
    make_recovery_codes: "Make new recovery codes",
    mail_address: "E-mail address for resetting your password",
    mail_address_wrong: "This is no e-mail address, or your organisation does not allow one.",
    add_mail_address: "Add the address",

    // Consent
    terms_title: "Terms of use",
    terms_asks: "{organisation} asks you to accept {terms} before you go on.",
    consent_title: "Permissions requested",
    consent_asks: "{client} would like to do this for you at {resource}:",
    consent_needs_admin: "Some of this needs an administrator, whose consent counts for everybody in {organisation}.",
    consent_for_all: "Consent for everybody in {organisation}",
    consent_unverified: "Nobody has verified who publishes {client}. Accept only if you trust it.",
    consent_can_be_requested: "This needs an administrator. You can ask for it: say why, and you get a mail when it is decided.",
    consent_reason: "Reason",
    consent_request: "Request approval",
    consent_requested_title: "Request sent",
    consent_requested: "An administrator of {organisation} decides whether {client} may have this. You get a mail when it is decided.",
    consent_requested_already: "You asked for this already. You get a mail when it is decided.",
    admin_consent_title: "Permissions requested for the organisation",
    admin_consent_delegated: "At {resource}, {client} would like to do this for everybody who uses it:",
    admin_consent_application: "At {resource}, {client} would like to do this by itself, without anybody signed in:",
    admin_consent_counts: "If you accept, this counts for everybody in {organisation}: nobody else is asked. You can take it back in the admin center.",

    // Terms of use

    // Device code
    user_code_title: "Enter the code",
    user_code_hint: "Type the code that your device shows. Never type a code that somebody sent you.",
    user_code: "Code",
    user_code_wrong: "This code is not valid, or has expired. Check it and type it again.",
    user_code_expired: "This code has expired. Start again on the device.",
    device_title: "Let the device in?",
    device_asks: "You are about to sign in to {client} as {person} on another device. The request came from the address {address}.",
    device_wishes: "It would like to do this for you:",
    device_only_you: "Go on only if you started this yourself.",
    device_let_in: "You are signed in on your device",
    device_not_let_in: "The device was not let in",
    unknown_address: "unknown",

    // Certificate and push

    // Signing out
    sign_out_title: "Sign out?",
    sign_out_text: "You will be signed out of {organisation} in this browser.",
    sign_out: "Sign out",
    signed_out: "You are signed out",

    // Back to the application
    form_post_title: "You are almost there",
    form_post_text: "Press the button to go back to the application.",

    // Errors: titles and details
    error_title: "You cannot be signed in",
    error_access_title: "You cannot get to this",
    error_stale_title: "Please start again",
    error_later_title: "Please try again in a moment",
    error_help: "If this goes on, give these details to your administrator.",
    error_code: "Error",
    error_detail: "Technical detail",
    error_correlation: "Correlation ID",
    error_trace: "Trace ID",
    error_time: "Time",

    // Errors: what each number means to a person, and what they can do
    aadsts50011: "The application wants to continue at an address that is not registered for it. The owner of the application can register it.",
    aadsts50017: "The browser showed no certificate, or one that is not valid or was not issued by an authority that your organisation trusts. Choose another one, or close the browser and start again.",
    aadsts50053: "The account is locked because of too many wrong tries. Wait a minute and try again.",
    aadsts50057: "This user account is disabled. Ask your administrator.",
    aadsts50058: "This page is too old, was answered before, or belongs to another browser. Go back to the application and start again.",
    aadsts50074: "Your organisation asks for a second proof of who you are.",
    aadsts50076: "Your organisation asks for a second proof of who you are.",
    aadsts50079: "Your organisation asks you to set up a second way of proving who you are.",
    aadsts50097: "You can only get to this from a device that your organisation knows. Use such a device, or enrol this one.",
    aadsts50105: "You have not been given access to this application. Ask an administrator for access.",
    aadsts50126: "The user name or the password is wrong. Check both and try again.",
    aadsts50158: "You can go on only after accepting the terms of use of your organisation.",
    aadsts50173: "The session was ended, or the password was changed. Sign in again.",
    aadsts53000: "You can only get to this from a device that complies with your organisation's rules. Check the device's compliance, or use another device.",
    aadsts53001: "You can only get to this from a device that has joined your organisation's domain.",
    aadsts53002: "You can only get to this with an application that your organisation has approved.",
    aadsts53003: "A rule of your organisation does not allow this sign-in from here. Your administrator can tell you what it asks for.",
    aadsts65001: "Nobody has consented yet to what the application asks for. Start again from the application, or ask an administrator.",
    aadsts65004: "You did not agree to what the application asks for.",
    aadsts70011: "The application asks for a permission that does not exist. Tell the owner of the application.",
    aadsts70020: "The code has expired. Start again on the device.",
    aadsts90002: "This organisation is not known here. Check the address.",
    aadsts90036: "The server cannot answer right now. Wait a moment and try again.",
    aadsts90055: "There were too many tries from your network. Wait a moment and try again.",
    aadsts90094: "The application asks for permissions that only an administrator can grant. Ask one to consent.",
    aadsts500121: "This was not accepted. Try again, or choose another way.",
    aadsts500183: "The certificate was revoked. Choose another one, or ask your administrator.",
    aadsts500011: "What the application wants to reach is not known in this organisation. Tell the owner of the application.",
    aadsts700016: "This application is not known in this organisation. Check the address, or ask an administrator to add it.",
    aadsts1001003: "No account is found by what the certificate says, or it stands for another person than the one who signs in. Choose another one.",
    aadsts7000112: "This application is disabled. Ask your administrator.",
    aadsts2205013: "Whether the certificate was revoked cannot be told now. Wait a moment and try again.",
    aadsts9002313: "The request cannot be read. Go back to the application and start again.",
}
