package neuronova.hapi;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.api.dao.IFhirResourceDao;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import ca.uhn.fhir.util.HapiExtensions;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.Enumerations.SearchParamType;
import org.hl7.fhir.r4.model.SearchParameter;

import java.util.List;

/**
 * Makes the business identifier of these resources unique in the database.
 *
 * <p>Conditional updates alone do not: two at the same time both find nothing and both create. With a
 * unique combo search parameter the second write fails inside HAPI, is retried (the header
 * {@code X-Retry-On-Version-Conflict: retry; max-retries=10}) and then updates the first one's resource.
 */
final class UniqueIdentifiers {

    static final List<String> RESOURCES = List.of(
            "Patient", "Practitioner", "Encounter", "ServiceRequest",
            "ImagingStudy", "Endpoint", "Observation", "Device", "DiagnosticReport",
            "RiskAssessment");

    private UniqueIdentifiers() {}

    /** Writes the search parameters before the first request; writing an unchanged one changes nothing. */
    static void ensure(DaoRegistry daos, ISearchParamRegistry registry) {
        IFhirResourceDao<SearchParameter> dao = daos.getResourceDao(SearchParameter.class);
        var request = new SystemRequestDetails();
        for (String resource : RESOURCES) {
            dao.update(uniqueIdentifier(resource, registry), request);
        }
        registry.forceRefresh();
    }

    private static SearchParameter uniqueIdentifier(String resource, ISearchParamRegistry registry) {
        String identifier = registry
                .getActiveSearchParam(resource, "identifier", ISearchParamRegistry.SearchParamLookupContextEnum.ALL)
                .getUri();
        String id = "unique-" + resource.toLowerCase() + "-identifier";
        var parameter = new SearchParameter();
        parameter.setId("SearchParameter/" + id);
        parameter.setUrl("urn:neuronova:" + id);
        parameter.setName(id);
        parameter.setCode(id);
        parameter.setDescription("At most one " + resource + " per identifier");
        parameter.setStatus(PublicationStatus.ACTIVE);
        parameter.setType(SearchParamType.COMPOSITE);
        parameter.addBase(resource);
        parameter.setExpression(resource);
        parameter.addComponent().setExpression("identifier").setDefinition(identifier);
        parameter.addExtension(HapiExtensions.EXT_SP_UNIQUE, new BooleanType(true));
        return parameter;
    }
}
