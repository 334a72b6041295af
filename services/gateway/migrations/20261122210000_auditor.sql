-- The role of the auditor joined the closed set of the contract.
set lock_timeout = '2s';

alter table mandates drop constraint mandates_role_check;
alter table mandates add constraint mandates_role_check check (role in ('coordinator', 'coach', 'social_worker', 'bridge_figure',
    'student', 'volunteer', 'finance_officer', 'board_member', 'administrator', 'data_protection_officer', 'auditor')) not valid;
alter table mandates validate constraint mandates_role_check;
