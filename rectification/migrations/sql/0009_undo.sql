DROP TRIGGER chase_follows ON hazards_clock;
DROP TRIGGER chase_follows ON rectification_milestone;
DROP TRIGGER chase_follows ON rectification_listing;
DROP TRIGGER chase_follows ON rectification_extension;
DROP TRIGGER chase_follows ON rectification_lookback;
DROP TRIGGER chase_follows ON rectification_watch;
DROP TRIGGER chase_follows ON rectification_instruction;
DROP TRIGGER chase_follows ON rectification_transfer;
DROP TRIGGER chase_follows ON hazards_hazardcase;
DROP TRIGGER chase_follows_new ON hazards_hazardcase;
DROP FUNCTION chase_clock_changed, chase_milestone_changed, chase_listing_changed, chase_extension_changed,
    chase_lookback_changed, chase_watch_changed, chase_instruction_changed, chase_transfer_changed,
    chase_case_changed;
DROP FUNCTION chase_follow_case, chase_follow_clock, chase_follow_milestone, chase_follow_listing, chase_follow_extension,
    chase_follow_lookback, chase_follow_watch, chase_follow_instruction, chase_follow_transfer;
DROP FUNCTION chase_watch, chase_unseen;
