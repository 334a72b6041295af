-- Why somebody was referred becomes a column of the referral: reasons come and go with it and are only ever counted. In a
-- table of their own every event wrote some more rows, each with a key and a check of the referral.
set lock_timeout = '2s';

alter table referral_facts add column reasons text[] not null default '{}';
update referral_facts
set reasons = kept.reasons
from (
    select generation, referral_id, array_agg(reason order by reason) as reasons
    from referral_reasons
    group by generation, referral_id
) as kept
where kept.generation = referral_facts.generation
  and kept.referral_id = referral_facts.referral_id;
alter table referral_facts alter column reasons drop default;
drop table referral_reasons;
comment on column referral_facts.reasons is 'Why somebody was referred: codes of the programme, each once.';
