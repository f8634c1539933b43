//! What hosts and strangers will do to a group, and what it does then: at least one test for each sort of
//! abuse, and one for all of them at once. Where a law or another test shows it, that is named.
//!
//! | abuse | tests |
//! |---|---|
//! | words in disguise | `text::a_disguised_word_is_met_and_delivered_as_it_was_written`; by class: `src/filter/laws.rs` `a_word_is_met_in_every_disguise_that_is_followed_and_in_no_other`, `src/filter/evasion.rs` `every_example_of_a_class_is_met`, `src/filter/tests.rs` `each_class_is_met_and_can_be_switched_off`, `what_only_resembles_is_not_met` |
//! | heaps of marks | `text::marks_stack_as_high_as_the_house_allows_and_no_higher`, `what_a_house_delivers_is_no_higher_than_it_says`, `no_name_is_a_heap_of_marks` |
//! | text that turns what stands beside it | `text::nothing_turns_what_stands_beside_it`; `src/glyph/turns.rs`; a mask leaves the turns: `src/filter/mask.rs` `bidi_controls_outlive_the_mask` |
//! | control characters, line ends, quotes | `text::no_id_or_name_holds_what_ends_a_line_or_a_string`, `what_is_written_of_a_text_is_one_line_and_reads_back`; `src/form/tests.rs` `names_are_one_line_in_one_direction_and_texts_may_break` |
//! | something huge | `text::what_is_far_too_large_is_refused_by_its_length_alone`, `a_message_is_as_long_as_the_limit_and_not_a_byte_longer`; every field at its limit and past it: `src/form/tests.rs` `a_field_may_be_as_long_as_its_limit_and_not_a_byte_longer` |
//! | floods of comings and goings | `flood::a_hundred_thousand_who_come_and_go_are_counted_and_told_in_few_tips`, `who_comes_back_too_often_is_kept_out_for_a_while_and_keeps_nobody_else_out`; `tests/stories/33-storms.story` |
//! | names like the staff's | `text::who_is_called_like_the_staff_is_turned_away_and_shown_as_what_they_are`, `names_of_one_skeleton_are_met_alike` |
//! | wild clocks | `time::no_clock_gives_more_than_the_rate_or_moves_the_end_of_a_mute`, `a_message_that_no_clock_will_release_comes_to_its_end`; `tests/laws.rs` `law_4_nothing_that_ends_is_made_endless_by_a_wild_time`, `law_6_the_promise_holds_in_every_window`; `tests/stories/34-clock.story` |
//! | numbers at their ends | `time::numbers_near_their_end_are_turned_away_or_go_on`, `a_counter_goes_to_its_ends_and_not_past_them`, `likes_at_the_end_of_counting_stay_there`; `tests/group.rs` `a_snapshot_whose_counts_would_overflow_is_turned_away` |
//! | keys that collide | `tests/laws.rs` `no_hash_key_can_be_seen`; `src/hash.rs` `a_session_is_hashed_with_the_key_and_every_bit_of_it_counts`; `tests/laws/processes.rs`; the gate's `join-names-that-collide` |
//! | readers that do not read, hosts that do not poll | `flood::who_never_reads_keeps_nobody_waiting_and_is_told_exactly_what_is_gone`, `a_reader_in_batches_is_told_what_it_missed_and_ends_where_the_others_are`; `tests/laws.rs` `law_9_all_readers_see_one_history_and_know_what_they_missed`, `law_11_a_full_queue_refuses_and_loses_nothing`; `src/audience/tests.rs` `one_who_takes_nothing_keeps_nobody_out_of_the_crowd`; over sockets: `examples/live/tests/live/slow.rs` |
//! | bombs of memory | `tests/bounds.rs` `law_11_no_part_grows_past_its_bound` (mutes, duplicates, questions, attributes among them), `law_11_a_budget_bounds_groups_that_nobody_is_in`; `tests/sessions.rs` `sessions_and_users_are_bounded_and_inside_the_budget` |
//! | the same again | `flood::what_is_sent_again_within_five_minutes_is_delivered_once`; `tests/laws.rs` `law_11_duplicates_are_remembered_in_bounded_number`; signatures over their time, of others, for other apps: `src/tim/usersig.rs` `each_fault_has_a_code_of_its_own`, `every_field_is_covered` |
//! | a signature that inflates | `src/tim/usersig.rs` `what_inflates_past_its_bound_is_malformed_though_it_would_hold` |
//! | answers that are late, double, forged, or never come | `tests/decisions.rs` `answers_in_any_order_late_double_or_forged_leave_no_trace`, `a_limit_counts_what_is_held_for_whatever_reason`, `silence_that_escalates_to_nobody_any_more_rejects`; `tests/stories/31-decisions.story`; a server that never answers: `examples/live/tests/live/callbacks.rs` `a_room_goes_on_while_the_server_never_answers` |
//! | twice, too early, too late | `staff::what_comes_twice_or_too_early_is_answered_in_kind`, `a_group_that_ended_answers_every_command_and_does_nothing`; `tests/laws.rs` `the_engine_does_what_the_model_does`, `law_3_a_refused_command_changes_nothing_but_the_clock` |
//! | hostile snapshots and journals | `saved::*`; `tests/decisions.rs` `a_tampered_snapshot_of_what_is_held_is_turned_away_or_holds_nothing_for_good`; `tests/laws.rs` `law_5_a_snapshot_from_anywhere_is_turned_away_or_is_a_group`; `fuzz/src/snapshot.rs`, `fuzz/src/journal.rs` |
//! | staff past their role, owners who leave | `staff::nobody_does_by_any_command_what_is_above_their_role`, `an_owner_goes_by_ending_the_group_or_handing_it_over`; every role, act and target: `src/rules/tests.rs` `the_decisions_of_every_preset_are_those_written_down`, `nobody_acts_on_a_role_as_high_as_their_own` |
//! | one bad event among good ones | `gateway::one_bad_event_hides_no_other`; `src/tim/rest/tests/groups.rs` `get_group_info_describes_each_group_by_itself` |
//! | everything at once | `everything::a_small_house_stands_while_everything_is_done_to_it_at_once` |

#![expect(clippy::unwrap_used, reason = "a test fails where what it builds on does")]

#[path = "abuse/dice.rs"]
mod dice;
#[path = "abuse/everything.rs"]
mod everything;
#[path = "abuse/flood.rs"]
mod flood;
#[cfg(feature = "tim")]
#[path = "abuse/gateway.rs"]
mod gateway;
#[path = "bounds/memory.rs"]
mod memory;
#[path = "abuse/saved.rs"]
mod saved;
#[path = "abuse/staff.rs"]
mod staff;
#[path = "abuse/stage.rs"]
mod stage;
#[path = "abuse/text.rs"]
mod text;
#[path = "abuse/time.rs"]
mod time;
