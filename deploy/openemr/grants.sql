-- The account with which CDSS reads and writes OpenEMR, and nothing besides. As an administrator of
-- OpenEMR's database: choose a password, then
--   mariadb openemr < deploy/openemr/grants.sql
-- (INSERT of id: MariaDB asks for it to return the new one.) It may not delete, not change tables, and not see passwords, insurance numbers or documents.
CREATE USER IF NOT EXISTS 'cdss_openemr'@'%' IDENTIFIED BY 'CHOOSE-A-PASSWORD';
GRANT SELECT (id, uuid, pid, pubpid, fname, mname, lname, DOB, sex, street, street_line_2, city,
              state, postal_code, phone_home, phone_contact, phone_cell, date, regdate),
      INSERT (id, uuid, pid, pubpid, fname, mname, lname, DOB, sex, street, street_line_2, city,
              state, postal_code, phone_home, phone_contact, phone_cell, date, regdate),
      UPDATE (uuid, pid, pubpid, fname, mname, lname, DOB, sex, street, street_line_2, city,
              state, postal_code, phone_home, phone_contact, phone_cell, date, regdate)
  ON patient_data TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE ON form_encounter TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE ON form_vitals TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE ON prescriptions TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE ON lists TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE (deleted) ON forms TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT ON uuid_registry TO 'cdss_openemr'@'%';
GRANT SELECT, UPDATE ON sequences TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT ON procedure_order TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT ON procedure_order_code TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE (date_report, report_status) ON procedure_report
  TO 'cdss_openemr'@'%';
GRANT SELECT, INSERT, UPDATE (result_data_type, result_code, result_text, date, units, result,
                              `range`, abnormal, result_status)
  ON procedure_result TO 'cdss_openemr'@'%';
GRANT SELECT (id, name, primary_business_entity, inactive) ON facility TO 'cdss_openemr'@'%';
GRANT SELECT (id, uuid, username, fname, lname, npi, active, facility_id)
  ON users TO 'cdss_openemr'@'%';
