//! How mistakes are explained: one golden file for each, and all of a file together.

use region::{MistakeKind, Report};

use crate::files::{PROGRAMME, REGION, load, replaced};

/// Spoils the region file and gives the report.
fn spoil_region(from: &str, to: &str) -> Report {
    load(&replaced(REGION, from, to), PROGRAMME).unwrap_err()
}

/// Spoils the programme file and gives the report.
fn spoil_programme(from: &str, to: &str) -> Report {
    load(REGION, &replaced(PROGRAMME, from, to)).unwrap_err()
}

/// One test per mistake: what is replaced by what, and the golden file of the same name.
macro_rules! mistakes {
    ($spoil:ident: $( $name:ident = $from:expr => $to:expr; )+) => { $(
        #[test]
        fn $name() {
            let report = $spoil($from, $to).to_string();
            insta::assert_snapshot!(report);
        }
    )+ };
}

mistakes! { spoil_region:
    an_unknown_key_names_the_closest = "name = \"Proefstreek\"" => "nmae = \"Proefstreek\"";
    a_key_from_elsewhere_is_refused = "demo = true" => "demo = true\ncolour = \"green\"";
    a_missing_key_is_named = "demo = true\n" => "";
    a_text_where_yes_or_no_is_meant = "demo = true" => "demo = \"yes\"";
    an_empty_text = "name = \"Proefstreek\"" => "name = \" \"";
    a_time_zone_that_does_not_exist = "Europe/Brussels" => "Europe/Lokeren";
    a_region_code_with_capitals = "code = \"proefstreek\"" => "code = \"Proef Streek\"";
    a_language_that_is_a_word = "languages = [\"nl\"]" => "languages = [\"Nederlands\"]";
    a_word_for_an_unknown_term = "participant = " => "participants_ = ";
    a_postal_code_as_nis_code = "nis = \"44045\"" => "nis = \"9180\"";
    a_nis_code_without_quotes = "nis = \"44045\"" => "nis = 44045";
    a_nis_code_that_stands_twice = "nis = \"44045\"" => "nis = \"46014\"";
    a_postal_code_of_five_digits = "\"9160\", \"9180\"" => "\"9160\", \"91800\"";
    a_postal_code_twice = "\"9160\", \"9180\"" => "\"9160\", \"9160\"";
    no_postal_code_at_all = "[\"9160\", \"9180\"]" => "[]";
    a_merger_into_nothing = "merged_into = \"46029\"" => "merged_into = \"46092\"";
    a_merger_without_a_last_day = "valid_to = \"2024-12-31\"\n" => "";
    a_successor_that_begins_too_late = "valid_from = \"2025-01-01\"" => "valid_from = \"2025-02-01\"";
    an_end_before_the_begin = "valid_from = \"2025-01-01\"" => "valid_from = \"2025-01-01\"\nvalid_to = \"2024-01-01\"";
    a_date_without_quotes = "valid_from = \"2025-01-01\"" => "valid_from = 2025-01-01";
    a_date_without_a_day = "valid_to = \"2024-12-31\"" => "valid_to = \"2024-12\"";
    a_date_with_the_day_first = "valid_to = \"2024-12-31\"" => "valid_to = \"31-12-2024\"";
    a_year_of_two_digits = "valid_to = \"2024-12-31\"" => "valid_to = \"24\"";
    a_kbo_number_with_a_wrong_digit = "0566.988.259" => "0566.988.295";
    a_kbo_number_without_its_zero = "0410346721" => "410346721";
    a_local_authority_without_municipality = "municipality = \"46029\"\n" => "";
    an_unknown_kind_of_partner = "kind = \"school\"" => "kind = \"scool\"";
    a_programme_file_that_is_not_there = "huisbezoek.toml" => "huisbezoeken.toml";
    a_programme_file_outside_the_folder = "programmes/huisbezoek.toml" => "../huisbezoek.toml";
    a_text_without_closing_quote = "name = \"Hogeschool\"" => "name = \"Hogeschool";
    a_text_without_quotes = "name = \"Hogeschool\"" => "name = Hogeschool";
    the_same_key_twice = "kbo = \"0410346721\"" => "kbo = \"0410346721\"\nkbo = \"0410346721\"";
    single_brackets_where_double_are_meant = "[[partner]]\ncode = \"huis\"" => "[partner]\ncode = \"huis\"";
    an_enterprise_number_that_two_partners_have = "0410346721" => "0566988259";
    holidays_that_overlap = "[[partner]]" => "[[school_holiday]]\nname = \"Herfst\"\nfirst = \"2025-10-27\"\nlast = \"2025-11-02\"\n\n[[school_holiday]]\nname = \"Wapenstilstand\"\nfirst = \"2025-11-02\"\nlast = \"2025-11-02\"\n\n[[partner]]";
    a_holiday_that_ends_before_it_begins = "[[partner]]" => "[[school_holiday]]\nname = \"Herfst\"\nfirst = \"2025-11-02\"\nlast = \"2025-10-27\"\n\n[[partner]]";
    another_format = "format = 1" => "format = 2";
}

mistakes! { spoil_programme:
    another_kind_of_file = "kind = \"programme\"" => "kind = \"region\"";
    an_unknown_kind_of_key_about_families = "subject = \"family\"" => "subject = \"family\"\nfamily = { most_member = 8 }";
    a_family_of_too_many = "subject = \"family\"" => "subject = \"family\"\nfamily = { most_members = 400 }";
    families_in_a_programme_for_persons = "subject = \"family\"" => "subject = \"person\"\nfamily = { most_members = 8 }";
    a_school_year_that_stands_twice = "[[exit_reason]]" => "[[family.school_year]]\ncode = \"primary-1\"\nlabel = \"Eerste\"\n[[family.school_year]]\ncode = \"primary-1\"\nlabel = \"Eerste\"\n\n[[exit_reason]]";
    an_unknown_subject = "subject = \"family\"" => "subject = \"familiy\"";
    an_unknown_channel = "kind = \"partner\"" => "kind = \"website\"";
    a_partner_that_the_region_does_not_have = "partner = \"huis\"" => "partner = \"huys\"";
    shares_of_more_than_everything = "percent = \"60\"" => "percent = \"60\"\n\n[[inflow_share]]\npartner = \"hogeschool\"\npercent = \"40.5\"";
    a_decimal_without_quotes = "percent = \"60\"" => "percent = 60.5";
    a_decimal_with_a_comma = "percent = \"60\"" => "percent = \"60,5\"";
    a_share_above_a_hundred = "percent = \"60\"" => "percent = \"160\"";
    a_choice_without_choices = "kind = \"yes_no\"" => "kind = \"choice\"";
    choices_at_a_question_of_yes_or_no = "kind = \"choice\"" => "kind = \"yes_no\"";
    a_sensitive_question_without_purpose = "purpose = \"Een student gaat alleen op bezoek als het veilig is.\"\n" => "";
    an_unknown_kind_of_rule = "kind = \"age\"" => "kind = \"leeftijd\"";
    a_rule_about_no_question = "question = \"grade\"" => "question = \"class\"";
    a_rule_that_waits_for_an_impossible_answer = "answers = [\"k3\", \"l1\"]" => "answers = [\"k3\", \"l2\"]";
    a_rule_about_a_question_of_another_kind = "kind = \"yes_no\"" => "kind = \"text\"";
    an_age_that_nobody_has = "min_years = 18" => "min_years = 80";
    an_age_without_limits = "min_years = 18\nmax_years = 70\n" => "";
    a_refusal_without_reason = "refusal_reason = \"not-safe\"\n" => "";
    a_refusal_reason_that_is_not_declared = "refusal_reason = \"not-safe\"" => "refusal_reason = \"unsafe\"";
    a_misspelt_declaration_is_not_repeated_at_its_references = "code = \"not-safe\"" => "code = \"Not safe\"";
    a_manual_rule_with_a_reason = "on_failure = \"manual\"" => "on_failure = \"manual\"\nrefusal_reason = \"too-old\"";
    a_term_of_reply_of_no_days = "reply_term_days = 30" => "reply_term_days = 0";
    a_code_that_stands_twice = "code = \"not-safe\"" => "code = \"too-old\"";
    no_coordinator = "role = \"coordinator\"" => "role = \"coach\"";
    an_unknown_kind_of_capacity = "kind = \"visits\"" => "kind = \"visit\"";
    a_caseload_with_crossed_limits = "kind = \"visits\"\nvisits_per_week = 2\nschool_weeks = 8\nfamilies_per_worker = 1" => "kind = \"caseload\"\nper_fte_min = \"18\"\nper_fte_max = \"16\"";
    a_starter_gate_that_no_rule_asks_for = "kind = \"starter_gate\"" => "kind = \"shared_language\"";
    a_secrecy_class_that_does_not_exist = "secrecy = \"normal\"" => "secrecy = \"geheim\"";
    a_star_without_points = "[[instrument.item]]\ncode = \"calm\"\nlabel = \"Het kind is rustig\"" => "";
    a_scale_that_measures_nothing = "max = 5" => "max = 1";
    a_duty_with_an_unknown_instrument = "instruments = [\"star\"]" => "instruments = [\"stars\"]";
    a_duty_with_two_terms = "after_weeks = 0" => "after_weeks = 0\nafter_months = 6";
    a_duty_without_end_after_the_exit = "after_weeks = 0" => "every_months = 3";
    an_exit_with_work_without_circuit = "outcome = \"regular_offer\"" => "outcome = \"with_work\"";
    a_share_of_nothing = "denominators = [\"referrals\"]\n" => "";
    a_target_that_is_share_and_number = "percent = \"50\"" => "percent = \"50\"\ncount = 50";
    a_flat_rate_that_is_not_its_parts = "shared_percent = \"10\"" => "shared_percent = \"12\"";
    funding_that_is_not_whole = "percent = \"20\"" => "percent = \"15\"";
    nobody_takes_what_rounding_leaves = "balancing = true\n" => "";
    a_budget_that_is_not_its_parts = "budget_euro = \"1000.00\"" => "budget_euro = \"1000.01\"";
    a_class_of_data_without_a_term = "class = \"audit_log\"" => "class = \"evidence\"";
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once_in_the_order_of_the_text() {
    let region = replaced(REGION, "demo = true", "demo = 1");
    let region = replaced(&region, "nis = \"44045\"", "nis = \"9180\"");
    let region = replaced(&region, "0410346721", "0410346722");
    let programme = replaced(PROGRAMME, "subject = \"family\"", "subject = \"gezin\"");
    let programme = replaced(&programme, "partner = \"huis\"", "partner = \"home\"");
    let programme = replaced(&programme, "years = 2\n", "");

    let report = load(&region, &programme).unwrap_err();

    let told: Vec<(&str, MistakeKind)> =
        report.mistakes.iter().map(|mistake| (mistake.file.as_str(), mistake.kind)).collect();
    assert_eq!(
        told,
        [
            ("region.toml", MistakeKind::WrongType),
            ("region.toml", MistakeKind::WrongValue),
            ("region.toml", MistakeKind::WrongValue),
            ("programmes/huisbezoek.toml", MistakeKind::UnknownWord),
            ("programmes/huisbezoek.toml", MistakeKind::UnknownReference),
            ("programmes/huisbezoek.toml", MistakeKind::MissingKey),
        ]
    );
    assert!(report.to_string().ends_with("6 mistakes in 2 files"));
}

#[test]
fn a_report_as_json_has_place_kind_and_remedy() {
    insta::assert_snapshot!(spoil_region("kind = \"school\"", "kind = \"scool\"").to_json());
}

#[test]
fn two_files_of_the_same_version_are_told_apart() {
    let list = "[\"programmes/huisbezoek.toml\"]";
    let text = replaced(REGION, list, "[\"one.toml\", \"two.toml\"]");

    let report = region::load_from(&region::Source::new("region.toml", text), |path| {
        Ok(region::Source::new(path, PROGRAMME))
    })
    .unwrap_err();

    insta::assert_snapshot!(report.to_string());
}

#[test]
fn a_higher_version_with_an_earlier_day_is_refused() {
    let text = replaced(REGION, "[\"programmes/huisbezoek.toml\"]", "[\"one.toml\", \"two.toml\"]");
    let second = replaced(PROGRAMME, "version = 1\nvalid_from = \"2024", "version = 2\nvalid_from = \"2023");

    let report = region::load_from(&region::Source::new("region.toml", text), |path| {
        Ok(region::Source::new(path, if path == "two.toml" { second.as_str() } else { PROGRAMME }))
    })
    .unwrap_err()
    .to_string();

    insta::assert_snapshot!(report);
}

#[test]
fn an_enterprise_number_may_pass_to_the_next_partner_but_not_overlap() {
    let same = replaced(REGION, "0410346721", "0566988259");
    let ends = |day: &str| {
        let first = replaced(
            &same,
            "municipality = \"46029\"\n",
            &format!("municipality = \"46029\"\nvalid_to = \"{day}\"\n"),
        );
        let second =
            replaced(&first, "kbo = \"0566988259\"", "kbo = \"0566988259\"\nvalid_from = \"2025-01-01\"");
        load(&second, PROGRAMME).map_err(|report| report.mistakes.len()).map(|region| region.partners.len())
    };

    assert_eq!(ends("2024-12-31"), Ok(2));
    assert_eq!(ends("2025-01-01"), Err(1));
}

#[test]
fn the_order_of_partners_does_not_hide_an_overlap() {
    let second_ended_before =
        replaced(REGION, "kbo = \"0410346721\"", "kbo = \"0566988259\"\nvalid_to = \"2024-12-31\"");
    let first = "municipality = \"46029\"\n";
    let begins = |day: &str| {
        let text = replaced(&second_ended_before, first, &format!("{first}valid_from = \"{day}\"\n"));
        load(&text, PROGRAMME).map_err(|report| report.mistakes.len()).map(|region| region.partners.len())
    };

    assert_eq!(begins("2025-01-01"), Ok(2));
    assert_eq!(begins("2024-12-31"), Err(1));
}

#[test]
fn a_file_of_either_kind_can_be_checked_by_its_path() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");

    assert_eq!(region::check(&folder), Ok(region::FileKind::Region));
    assert_eq!(region::check(&folder.join("region.toml")), Ok(region::FileKind::Region));
    assert_eq!(region::check(&folder.join("programmes/huisbezoek.toml")), Ok(region::FileKind::Programme));
    assert!(region::check(&folder.join("nothing.toml")).is_err());
}

#[test]
fn a_folder_without_a_region_file_says_what_to_name() {
    let report = region::load(std::path::Path::new("/does/not/exist")).unwrap_err();

    insta::assert_snapshot!(report.to_string());
}

#[test]
fn a_programme_on_its_own_is_checked_without_judging_partners() {
    let report =
        region::load_programme(&region::Source::new("p.toml", replaced(PROGRAMME, "huis\"", "home\"")));

    assert_eq!(report.map(|programme| programme.inflow_shares.len()), Ok(1));
}
