-- The tables of OpenEMR that are used, with the columns that are used, their types and defaults,
-- for tests and for a development machine without a way to OpenEMR's own schema.
CREATE TABLE patient_data (
  id bigint NOT NULL AUTO_INCREMENT,
  uuid binary(16) DEFAULT NULL,
  fname varchar(255) NOT NULL DEFAULT '',
  lname varchar(255) NOT NULL DEFAULT '',
  mname varchar(255) NOT NULL DEFAULT '',
  DOB date DEFAULT NULL,
  street varchar(255) NOT NULL DEFAULT '',
  street_line_2 tinytext,
  postal_code varchar(255) NOT NULL DEFAULT '',
  city varchar(255) NOT NULL DEFAULT '',
  state varchar(255) NOT NULL DEFAULT '',
  phone_home varchar(255) NOT NULL DEFAULT '',
  phone_contact varchar(255) NOT NULL DEFAULT '',
  phone_cell varchar(255) NOT NULL DEFAULT '',
  date datetime DEFAULT NULL,
  regdate datetime DEFAULT NULL,
  sex varchar(255) NOT NULL DEFAULT '',
  pubpid varchar(255) NOT NULL DEFAULT '',
  pid bigint NOT NULL DEFAULT 0,
  last_updated datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  UNIQUE KEY pid (pid),
  UNIQUE KEY uuid (uuid),
  KEY id (id)
) ENGINE=InnoDB;
CREATE TABLE form_encounter (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  date datetime DEFAULT NULL,
  reason longtext,
  facility longtext,
  facility_id int NOT NULL DEFAULT 0,
  pid bigint DEFAULT NULL,
  encounter bigint DEFAULT NULL,
  onset_date datetime DEFAULT NULL,
  pc_catid int NOT NULL DEFAULT 5,
  provider_id int DEFAULT 0,
  billing_facility int NOT NULL DEFAULT 0,
  class_code varchar(10) NOT NULL DEFAULT 'AMB',
  date_end datetime DEFAULT NULL,
  KEY pid_encounter (pid, encounter)
) ENGINE=InnoDB;
CREATE TABLE forms (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  date datetime DEFAULT NULL,
  encounter bigint DEFAULT NULL,
  form_name longtext,
  form_id bigint DEFAULT NULL,
  pid bigint DEFAULT NULL,
  user varchar(255) DEFAULT NULL,
  groupname varchar(255) DEFAULT NULL,
  authorized tinyint DEFAULT NULL,
  deleted tinyint NOT NULL DEFAULT 0,
  formdir longtext,
  KEY pid_encounter (pid, encounter)
) ENGINE=InnoDB;
CREATE TABLE form_vitals (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  date datetime DEFAULT NULL,
  pid bigint DEFAULT 0,
  user varchar(255) DEFAULT NULL,
  groupname varchar(255) DEFAULT NULL,
  authorized tinyint DEFAULT 0,
  activity tinyint DEFAULT 0,
  bps varchar(40) DEFAULT NULL,
  bpd varchar(40) DEFAULT NULL,
  weight decimal(12,6) DEFAULT 0,
  height decimal(12,6) DEFAULT 0,
  temperature decimal(12,6) DEFAULT 0,
  pulse decimal(12,6) DEFAULT 0,
  respiration decimal(12,6) DEFAULT 0,
  note varchar(255) DEFAULT NULL,
  BMI decimal(12,6) DEFAULT 0,
  oxygen_saturation decimal(6,2) DEFAULT 0,
  KEY pid (pid)
) ENGINE=InnoDB;
CREATE TABLE prescriptions (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  patient_id bigint DEFAULT NULL,
  date_added datetime DEFAULT NULL,
  date_modified datetime DEFAULT NULL,
  provider_id int DEFAULT NULL,
  encounter int DEFAULT NULL,
  start_date date DEFAULT NULL,
  drug varchar(150) DEFAULT NULL,
  rxnorm_drugcode varchar(25) DEFAULT NULL,
  dosage varchar(100) DEFAULT NULL,
  quantity varchar(31) DEFAULT NULL,
  route varchar(100) DEFAULT NULL,
  `interval` int DEFAULT NULL,
  drug_dosage_instructions longtext,
  note text,
  active int NOT NULL DEFAULT 1,
  end_date date DEFAULT NULL,
  txDate date NOT NULL,
  usage_category_title varchar(255) NOT NULL,
  request_intent_title varchar(255) NOT NULL,
  KEY patient_id (patient_id)
) ENGINE=InnoDB;
CREATE TABLE lists (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  date datetime DEFAULT NULL,
  type varchar(255) DEFAULT NULL,
  title varchar(255) DEFAULT NULL,
  begdate datetime DEFAULT NULL,
  enddate datetime DEFAULT NULL,
  diagnosis varchar(255) DEFAULT NULL,
  activity tinyint DEFAULT NULL,
  comments longtext,
  pid bigint DEFAULT NULL,
  user varchar(255) DEFAULT NULL,
  groupname varchar(255) DEFAULT NULL,
  reaction varchar(255) NOT NULL DEFAULT '',
  verification varchar(36) NOT NULL DEFAULT '',
  severity_al varchar(50) DEFAULT NULL,
  KEY pid (pid)
) ENGINE=InnoDB;
CREATE TABLE procedure_order (
  procedure_order_id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  patient_id bigint NOT NULL,
  encounter_id bigint NOT NULL DEFAULT 0,
  date_ordered datetime DEFAULT NULL,
  order_status varchar(31) NOT NULL DEFAULT '',
  external_id varchar(20) DEFAULT NULL,
  activity tinyint(1) NOT NULL DEFAULT 1,
  KEY patient_id (patient_id)
) ENGINE=InnoDB;
CREATE TABLE procedure_order_code (
  procedure_order_id bigint NOT NULL,
  procedure_order_seq int NOT NULL,
  procedure_code varchar(64) NOT NULL DEFAULT '',
  procedure_name varchar(255) NOT NULL DEFAULT '',
  procedure_type varchar(31) DEFAULT NULL,
  PRIMARY KEY (procedure_order_id, procedure_order_seq)
) ENGINE=InnoDB;
CREATE TABLE procedure_report (
  procedure_report_id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  procedure_order_id bigint DEFAULT NULL,
  procedure_order_seq int NOT NULL DEFAULT 1,
  date_report datetime DEFAULT NULL,
  report_status varchar(31) NOT NULL DEFAULT '',
  review_status varchar(31) NOT NULL DEFAULT 'received',
  KEY procedure_order_id (procedure_order_id)
) ENGINE=InnoDB;
CREATE TABLE procedure_result (
  procedure_result_id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  procedure_report_id bigint NOT NULL,
  result_data_type char(1) NOT NULL DEFAULT 'S',
  result_code varchar(31) NOT NULL DEFAULT '',
  result_text varchar(255) NOT NULL DEFAULT '',
  date datetime DEFAULT NULL,
  units varchar(31) NOT NULL DEFAULT '',
  result varchar(255) NOT NULL DEFAULT '',
  `range` varchar(255) NOT NULL DEFAULT '',
  abnormal varchar(31) NOT NULL DEFAULT '',
  result_status varchar(31) NOT NULL DEFAULT '',
  KEY procedure_report_id (procedure_report_id)
) ENGINE=InnoDB;
CREATE TABLE users (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid binary(16) DEFAULT NULL UNIQUE,
  username varchar(255) DEFAULT NULL,
  password longtext,
  fname varchar(255) DEFAULT NULL,
  lname varchar(255) DEFAULT NULL,
  npi varchar(15) DEFAULT NULL,
  active tinyint(1) NOT NULL DEFAULT 1,
  facility_id int NOT NULL DEFAULT 0
) ENGINE=InnoDB;
CREATE TABLE facility (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(255) DEFAULT NULL,
  primary_business_entity int NOT NULL DEFAULT 1,
  inactive tinyint(1) NOT NULL DEFAULT 0
) ENGINE=InnoDB;
CREATE TABLE sequences (id int unsigned NOT NULL DEFAULT 0) ENGINE=InnoDB;
INSERT INTO sequences VALUES (1);
CREATE TABLE uuid_registry (
  uuid binary(16) NOT NULL DEFAULT '',
  table_name varchar(255) NOT NULL DEFAULT '',
  table_id varchar(255) NOT NULL DEFAULT '',
  created timestamp NULL,
  PRIMARY KEY (uuid)
) ENGINE=InnoDB;
