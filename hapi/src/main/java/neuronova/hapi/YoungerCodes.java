package neuronova.hapi;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.jpa.validation.JpaValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.r4.model.CodeSystem;

/**
 * Codes that HL7 added to its code systems after R4 was printed, so that {@code $validate} knows them.
 *
 * <p>AIAST (Artificial Intelligence asserted) is a security label beside CLINAST, which R4 has.
 */
final class YoungerCodes {

    private static final String OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

    private YoungerCodes() {}

    /** Puts the completed code system before the one of R4. */
    static void add(JpaValidationSupportChain chain, FhirContext r4) {
        var printed = (CodeSystem) new DefaultProfileValidationSupport(r4).fetchCodeSystem(OBSERVATION_VALUE);
        CodeSystem completed = printed.copy();
        completed.addConcept().setCode("AIAST").setDisplay("Artificial Intelligence asserted");
        var support = new PrePopulatedValidationSupport(r4);
        support.addCodeSystem(completed);
        chain.addValidationSupport(0, support);
    }
}
