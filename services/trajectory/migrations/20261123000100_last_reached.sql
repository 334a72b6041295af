-- Every contact that is logged asks for the last day on which somebody was reached: one row of this index, however long the case.
set lock_timeout = '2s';

create index contacts_reached_idx on contacts (trajectory_id, day desc) where outcome = 'reached' and not struck_out;
