// OHIF 3.13.2 and cornerstone as far as the extension reaches into them; neither ships types.

/** Texts by language, namespace and key. */
export type Locales = Record<string, Record<string, Record<string, string>>>;

export interface Instance {
  StudyInstanceUID: string;
  SOPInstanceUID: string;
  SOPClassUID: string;
  SeriesInstanceUID: string;
  InstanceNumber: string | number;
  AuthorObserverSequence?: AuthorObserver | AuthorObserver[];
  FrameOfReferenceUID?: string;
  ImageType?: string | string[];
  NumberOfFrames?: number | string;
  /** Of what is asked for by the name of a frame: its number, and its functional groups as its own. */
  frameNumber?: number;
  SharedFunctionalGroupsSequence?: FunctionalGroups[];
  PerFrameFunctionalGroupsSequence?: FunctionalGroups[];
  Rows: number;
  Columns: number;
  ImagePositionPatient: ArrayLike<number | string>;
  ImageOrientationPatient?: ArrayLike<number | string>;
  PixelSpacing: ArrayLike<number | string>;
  ContentDate?: string;
  ContentTime?: string;
}

/** What an Enhanced image says of where frames lie (PS3.3 C.7.6.16). */
interface FunctionalGroups {
  PlanePositionSequence?: { ImagePositionPatient: ArrayLike<number | string> }[];
  PlaneOrientationSequence?: { ImageOrientationPatient: ArrayLike<number | string> }[];
}

/** A code, as in Person Identification Code Sequence. */
export interface Code {
  CodeValue?: string;
  LongCodeValue?: string;
  CodingSchemeDesignator: string;
  CodeMeaning: string;
}

interface AuthorObserver {
  ObserverType: string;
  PersonName: string;
  PersonIdentificationCodeSequence: Code | Code[];
  InstitutionName: string;
  InstitutionCodeSequence: Code[];
}

/** A structured report as OHIF makes it, before it is written as DICOM. */
export interface Report {
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
  SOPClassUID: string;
  InstanceNumber: string | number;
  AuthorObserverSequence?: AuthorObserver | AuthorObserver[];
  PredecessorDocumentsSequence?: object[];
  ContentSequence?: ContentItem | ContentItem[];
}

export interface ContentItem {
  RelationshipType?: string;
  ValueType?: string;
  ConceptNameCodeSequence?: Code | Code[];
  PersonName?: string;
  TextValue?: string;
  UID?: string;
  ContinuityOfContent?: string;
  ConceptCodeSequence?: Code[];
  MeasuredValueSequence?: { MeasurementUnitsCodeSequence: Code[]; NumericValue: number }[];
  GraphicType?: string;
  GraphicData?: number[];
  ReferencedSOPSequence?: object[];
  ContentSequence?: ContentItem | ContentItem[];
}

export interface DisplaySet {
  displaySetInstanceUID: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  SeriesDescription?: string;
  Modality: string;
  numImageFrames: number;
  isReconstructable: boolean;
  unsupported?: boolean;
  images?: Instance[];
  imageIds: string[];
  instance?: Instance;
  instances?: Instance[];
  messages?: { includesMessage(code: number): boolean };
  load?(): Promise<void>;
  getThumbnailSrc?: () => Promise<string | null>;
}

/** Pixels of an image; `Labels` where the image is derived, as a layer of labels is. */
export interface Image {
  windowCenter: number | number[];
  windowWidth: number | number[];
  slope: number;
  intercept: number;
  preScale?: { scaled: boolean };
  getPixelData(): ArrayLike<number>;
  voxelManager: { getScalarData(): Uint8Array };
}

/** Of vtk.js. */
export interface VolumeActor {
  getMapper(): { setBlendMode(mode: number): void; getSampleDistance(): number };
  getProperty(): { setScalarOpacityUnitDistance(component: number, millimetres: number): void };
  setVisibility(visible: boolean): void;
}

/** What is drawn in a viewport. */
export interface ActorEntry {
  representationUID?: string;
  referencedId?: string;
  actor: VolumeActor;
}

export interface Viewport {
  element: HTMLElement;
  getActors(): ActorEntry[];
  getCurrentImageId(): string;
  getCurrentImageIdIndex(): number;
  getImageIds(): string[];
  setImageIdIndex(index: number): Promise<string>;
  resetCamera(): void;
  getCanvas(): HTMLCanvasElement;
  getCamera(): object;
  canvasToWorld(point: number[]): number[];
  render(): void;
}

export interface Annotation {
  annotationUID: string;
  data?: {
    handles?: { points?: number[][] };
    contour?: { closed?: boolean; polyline?: ArrayLike<number>[] };
  };
  metadata: {
    toolName: string;
    referencedImageId: string;
    viewPlaneNormal?: number[];
    viewUp?: number[];
  };
  invalidated?: boolean;
}

export interface Cornerstone {
  cache: {
    getImage(imageId: string | undefined): Image | undefined;
    getImageLoadObject(imageId: string): unknown;
    removeImageLoadObject(imageId: string): void;
    getBytesAvailable(): number;
  };
  metaData: { get(kind: 'instance', imageId: string | undefined): Instance | undefined };
  Enums: {
    Events: Record<'IMAGE_RENDERED' | 'STACK_NEW_IMAGE', string>;
    BlendModes: { MAXIMUM_INTENSITY_BLEND: number };
  };
  eventTarget: CustomEventTarget;
  utilities: {
    worldToImageCoords(imageId: string, world: ArrayLike<number>): number[];
    HistoryMemo: {
      DefaultHistoryMemo: {
        size: number;
        push(memo: { restoreMemo(undo: boolean): void; operationType: string }): void;
      };
    };
  };
  getConfiguration(): { rendering: object };
  setConfiguration(configuration: { rendering: object }): void;
  getRenderingEngines(): { render(): void; getViewports(): Viewport[] }[];
}

export interface CornerstoneTools {
  Enums: { Events: Record<'TOOL_ACTIVATED' | 'SEGMENTATION_DATA_MODIFIED', string> };
  annotation: { state: { getAllAnnotations(): Annotation[] } };
  segmentation: {
    segmentIndex: { getActiveSegmentIndex(segmentationId: string): number | undefined };
    state: {
      getSegmentation(id: string): { representationData: { Labelmap: { imageIds: string[] } } };
    };
    triggerSegmentationEvents: {
      triggerSegmentationDataModified(segmentationId: string, slices?: number[]): void;
      triggerSegmentationRepresentationModified(
        viewportId: string,
        segmentationId: string,
        type: string,
      ): void;
    };
  };
}

interface CustomEventTarget {
  addEventListener(name: string, listener: (event: CustomEvent) => void): void;
  removeEventListener(name: string, listener: (event: CustomEvent) => void): void;
}

export interface Subscription {
  unsubscribe(): void;
}

interface Subscribable<Name extends string> {
  EVENTS: Record<Name, string>;
  subscribe(event: string, listener: (event: any) => void): Subscription;
}

export interface Measurement {
  uid: string;
  points?: number[][];
  label?: string;
  toolName?: string;
}

interface LayerSpecifier {
  segmentationId: string;
  type: string;
}

export interface SegmentationService {
  getSegmentation(id: string): object | undefined;
  remove(id: string): void;
  createLabelmapForDisplaySet(displaySet: DisplaySet, options: object): Promise<string>;
  getSegmentationRepresentations(viewportId: string, layer: LayerSpecifier): object[];
  addSegmentationRepresentation(viewportId: string, layer: LayerSpecifier): Promise<void>;
  setStyle(layer: LayerSpecifier, style: Record<string, number | boolean>): void;
  setSegmentColor(viewportId: string, id: string, segment: number, rgba: number[]): void;
  setSegmentVisibility(
    viewportId: string,
    id: string,
    segment: number,
    visible: boolean,
    type: string,
  ): void;
  setActiveSegmentation(viewportId: string, id: string): void;
  setActiveSegment(id: string, segment: number): void;
}

interface PaneOptions {
  viewportType?: string;
  initialImageOptions?: object;
}

interface GridViewport {
  viewportId: string;
  x: number;
  y: number;
  displaySetInstanceUIDs?: string[];
  viewportOptions?: PaneOptions;
}

export interface ViewportGridService
  extends Subscribable<'ACTIVE_VIEWPORT_ID_CHANGED' | 'GRID_STATE_CHANGED'> {
  getActiveViewportId(): string;
  setActiveViewportId(viewportId: string): void;
  getState(): { viewports: Map<string, GridViewport> };
  getDisplaySetsUIDsForViewport(viewportId: string): string[] | undefined;
  setDisplaySetsForViewports(
    pairs: {
      viewportId: string;
      displaySetInstanceUIDs: string[];
      viewportOptions?: { viewportType: string; orientation: string };
      displaySetOptions?: object[];
    }[],
  ): void;
}

export interface DisplaySetService extends Subscribable<'DISPLAY_SETS_ADDED'> {
  getDisplaySetByUID(uid: string): DisplaySet;
  getDisplaySetsForSeries(uid: string): DisplaySet[];
  getDisplaySetsBy(filter: (displaySet: DisplaySet) => unknown): DisplaySet[];
  deleteDisplaySet(uid: string): void;
}

interface HangingProtocol {
  stages: { viewports: { viewportOptions: PaneOptions }[] }[];
}

export interface HangingProtocolService {
  getDefaultProtocol(): HangingProtocol;
  getProtocolById(id: string): HangingProtocol;
}

/** A line of the menu of layouts. */
export interface LayoutPreset {
  title: string;
  icon: string;
  disabled: boolean;
  commandOptions: { protocolId: string };
}

export type PresetGenerator = (context: object) => LayoutPreset[];

export interface Services {
  userAuthenticationService: { setServiceImplementation(implementation: object): void };
  cornerstoneViewportService: Subscribable<'VIEWPORT_DATA_CHANGED' | 'VIEWPORT_VOLUMES_CHANGED'> & {
    getCornerstoneViewport(viewportId: string): Viewport;
  };
  displaySetService: DisplaySetService;
  viewportGridService: ViewportGridService;
  hangingProtocolService: HangingProtocolService;
  segmentationService: SegmentationService;
  measurementService: Subscribable<
    'MEASUREMENT_ADDED' | 'MEASUREMENT_UPDATED' | 'MEASUREMENT_REMOVED' | 'RAW_MEASUREMENT_ADDED' | 'MEASUREMENTS_CLEARED'
  > & {
    getMeasurements(): Measurement[];
    getMeasurement(uid: string): Measurement | undefined;
    update(uid: string, measurement: Measurement, notYetUpdatedAtSource: boolean): void;
  };
  toolbarService: { refreshToolbarState(options: { viewportId: string }): void };
  uiNotificationService: { show(notification: object): void };
  customizationService: {
    getCustomization(name: 'toolbarButtons'): ToolbarButton[];
    getCustomization(name: 'layoutSelector.advancedPresetGenerator'): PresetGenerator;
    setCustomizations(customizations: object): void;
  };
}

export interface ToolbarButton {
  id: string;
  props: object;
}

export interface CommandsManager {
  run(name: string, options?: object): unknown;
  runCommand(name: string, options: object, context: string): unknown;
}

export interface SeriesRequest {
  metadata: { SeriesInstanceUID: string; Modality: string };
  start(): Promise<unknown>;
}

export interface StudyRow {
  studyInstanceUid: string;
  modalities?: string;
  instances?: number;
}

export interface DataSource {
  query: { studies: { search(...asked: unknown[]): Promise<StudyRow[]> } };
  retrieve: {
    series: {
      metadata(options: { StudyInstanceUID: string; returnPromises?: boolean }): Promise<any>;
    };
  };
}

export interface ExtensionManager {
  getActiveDataSource(): DataSource[];
}

export interface Managers {
  servicesManager: { services: Services };
  commandsManager: CommandsManager;
  extensionManager: ExtensionManager;
}

export interface AppConfig {
  max3DTextureSize: number;
  whiteLabeling?: object;
}

/** React, of which the page's own copy is handed in. */
export interface React {
  createElement(type: string, properties: object, ...children: (string | object)[]): object;
}

/** A mode's route and the mode it belongs to, as OHIF's basic mode has them. */
export interface BasicMode {
  routes: [
    {
      layoutInstance: { props: { viewports: { namespace: string }[] } };
    },
  ];
  onModeEnter(context: Managers): void;
}

declare global {
  interface Window {
    cornerstone: Cornerstone;
    cornerstoneTools: CornerstoneTools;
    PUBLIC_URL: string;
    browserImportFunction(address: string): Promise<unknown>;
    config: object;
    /** As the record has it; OHIF would show the name in the files. */
    cdssPatientName?: string;
    /** Asks for an image until it is there; OHIF asks through it. */
    cdssAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer>;
    /** OHIF's locales with those that it lacks; OHIF asks for it. */
    cdssLocales(locales: Locales): Locales;
  }
  interface WindowEventMap {
    'cdss-http-error': CustomEvent<number>;
  }
}
